"""What checkov found: fails on a finding, and on one that is let pass without a reason.

    checkov_findings.py REPORT.json
"""

import json
import sys

SHORTEST_REASON = 20


def main() -> None:
    report = json.load(open(sys.argv[1]))
    reports = report if isinstance(report, list) else [report]

    def every(kind: str) -> list[dict]:
        return [check for each in reports for check in each["results"][kind]]

    faults = [f"{check['check_id']} {check['resource']}: {check['check_name']}" for check in every("failed_checks")]
    for check in every("skipped_checks"):
        if len(check["check_result"].get("suppress_comment", "")) < SHORTEST_REASON:
            faults.append(f"{check['check_id']} {check['resource']} is let pass without a reason")
    if not every("passed_checks"):
        faults.append("nothing was checked")
    if faults:
        sys.exit("\n".join(["checkov:", *sorted(set(faults))]))
    print(f"checkov: {len(every('passed_checks'))} checks passed, {len(every('skipped_checks'))} are let pass, each with a reason")


main()
