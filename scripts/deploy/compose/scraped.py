"""Whether a Prometheus scrapes what its configuration names, and takes every question of a dashboard:
scraped.py URL DASHBOARD."""

import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

JOBS = {"wikimovie-gateway", "wikimovie-worker"}


def get(url: str, path: str, **parameters: str) -> dict:
    """The data of an answer; what is wrong with the question is an error."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as refused:
        raise ValueError(json.load(refused)["error"]) from None


def questions(panels: list[dict]):
    """The title of each panel, also of those in rows, and what it asks."""
    for panel in panels:
        yield from questions(panel.get("panels", []))
        for target in panel.get("targets", []):
            # What Grafana sets by the width of a panel.
            asked = re.sub(r"\$__(rate_interval|interval|range)", "1m", target["expr"])
            # What is chosen above the panels: all.
            yield panel["title"], re.sub(r"\$(namespace|instance)", ".*", asked)


def main() -> int:
    url, dashboard = sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text())
    # Twice what it waits between two scrapes, and a rate wants two.
    for _ in range(60):
        targets = {target["labels"]["job"]: target for target in get(url, "targets")["activeTargets"]}
        if targets.keys() == JOBS and all(target["health"] == "up" for target in targets.values()):
            break
        time.sleep(0.5)
    else:
        for job in JOBS:
            print(f"{job}: {targets[job]['lastError'] or targets[job]['health'] if job in targets else 'not scraped'}")
        return 1
    time.sleep(11)
    rules = [rule for group in get(url, "rules")["groups"] for rule in group["rules"]]
    asked, answered, refused = 0, 0, []
    for title, question in questions(dashboard["panels"]):
        asked += 1
        try:
            answered += bool(get(url, "query", query=question)["result"])
        except ValueError as error:
            refused.append(f"the panel {title!r} asks {question!r}: {error}")
    print(*refused, sep="\n", end="\n" if refused else "")
    print(f"Prometheus scrapes {', '.join(sorted(JOBS))}, has {len(rules)} rules, takes {asked - len(refused)} of the "
          f"dashboard's {asked} questions, and has something to show for {answered}")
    return 1 if refused or not rules or not answered else 0


if __name__ == "__main__":
    sys.exit(main())
