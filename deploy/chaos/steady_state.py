#!/usr/bin/env python3
"""Whether a gateway is in its steady state: asks it questions at a fixed rate for a while, and says pass or fail.

An answer counts as good where it has data and no error; as told where its error has a code that is allowed for now (the
engine is away and the gateway says so); as failed otherwise. Exit code 0 is pass, 1 is fail.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

QUESTIONS = [
    '{ search(text: "the godfahter") { total { value } hits(first: 10) { nodes { title } } } }',
    '{ search(text: "80s horror") { hits(first: 10) { nodes { title } } facets { genres { values { value count } } } } }',
    '{ autocomplete(prefix: "hepb", first: 8) { text count } }',
]


def ask(url: str, question: str, timeout: float, allowed: set[str]) -> tuple[str, float, str]:
    """What came of a question, the seconds it took, and what went wrong."""
    request = urllib.request.Request(
        f"{url}/graphql", json.dumps({"query": question}).encode(), {"content-type": "application/json"}
    )
    begun = time.monotonic()
    try:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                body = answer.read()
        except urllib.error.HTTPError as refused:
            body = refused.read()
        answer = json.loads(body)
    except (OSError, ValueError) as error:
        return "failed", time.monotonic() - begun, str(error)
    took = time.monotonic() - begun
    codes = {error.get("extensions", {}).get("code", "none") for error in answer.get("errors", [])}
    if not codes and answer.get("data"):
        return "good", took, ""
    return ("told" if codes and codes <= allowed else "failed"), took, ", ".join(sorted(codes)) or "no data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the gateway, such as http://127.0.0.1:8080")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=10, help="questions a second")
    parser.add_argument("--timeout", type=float, default=5, help="seconds after which a question has failed")
    parser.add_argument("--good", type=float, default=99.9, help="percent of answers that must be good")
    parser.add_argument("--p95", type=float, default=500, help="milliseconds within which 95 in 100 answers come")
    parser.add_argument("--allow", action="append", default=[], metavar="CODE", help="error that is no failure for now")
    options = parser.parse_args()

    url, allowed = options.url.rstrip("/"), set(options.allow)
    count = max(1, int(options.seconds * options.rate))
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=64) as pool:
        asked = []
        for number in range(count):
            # By the clock, whatever the answers take: a slow gateway is asked as often.
            time.sleep(max(0, begun + number / options.rate - time.monotonic()))
            asked.append(pool.submit(ask, url, QUESTIONS[number % len(QUESTIONS)], options.timeout, allowed))
        answers = [one.result() for one in asked]

    outcomes = {name: sum(1 for outcome, _, _ in answers if outcome == name) for name in ("good", "told", "failed")}
    reasons = sorted({reason for outcome, _, reason in answers if outcome == "failed"})
    times = sorted(took for _, took, _ in answers)
    p95 = 1000 * times[max(0, -(-95 * len(times) // 100) - 1)]
    good = 100 * (outcomes["good"] + outcomes["told"]) / count
    passed = good >= options.good and p95 <= options.p95 and outcomes["good"] + len(allowed) > 0
    print(
        f"{'PASS' if passed else 'FAIL'}: {count} questions, {outcomes['good']} good, {outcomes['told']} told, "
        f"{outcomes['failed']} failed; p95 {p95:.0f} ms (at least {options.good} % good, at most {options.p95:.0f} ms)"
    )
    for reason in reasons[:5]:
        print(f"  failed: {reason}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
