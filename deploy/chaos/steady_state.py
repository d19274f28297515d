#!/usr/bin/env python3
"""Checks that a gateway is in its steady state: sends requests at a fixed rate for a while, and prints pass or fail.

A response is good where it has data and no error; allowed where its error has an allowed code (the engine is unreachable
and the gateway reports it); failed otherwise. Exit code 0 is pass, 1 is fail.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

QUERIES = [
    '{ search(text: "the godfahter") { total { value } hits(first: 10) { nodes { title } } } }',
    '{ search(text: "80s horror") { hits(first: 10) { nodes { title } } facets { genres { values { value count } } } } }',
    '{ autocomplete(prefix: "hepb", first: 8) { text count } }',
]


def send(url: str, query: str, timeout: float, allowed: set[str]) -> tuple[str, float, str]:
    """Returns the outcome of a request, its seconds, and the reason of a failure."""
    request = urllib.request.Request(
        f"{url}/graphql", json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    )
    started = time.monotonic()
    try:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                body = response.read()
        except urllib.error.HTTPError as response:
            body = response.read()
        answer = json.loads(body)
    except (OSError, ValueError) as error:
        return "failed", time.monotonic() - started, str(error)
    took = time.monotonic() - started
    codes = {error.get("extensions", {}).get("code", "none") for error in answer.get("errors", [])}
    if not codes and answer.get("data"):
        return "good", took, ""
    return ("allowed" if codes and codes <= allowed else "failed"), took, ", ".join(sorted(codes)) or "no data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the gateway, such as http://127.0.0.1:8080")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=10, help="requests a second")
    parser.add_argument("--timeout", type=float, default=5, help="timeout of a request in seconds")
    parser.add_argument("--good", type=float, default=99.9, help="percent of responses that must be good or allowed")
    parser.add_argument("--p95", type=float, default=500, help="largest 95th percentile of the latency in milliseconds")
    parser.add_argument("--allow", action="append", default=[], metavar="CODE", help="error code that does not count as a failure")
    options = parser.parse_args()

    url, allowed = options.url.rstrip("/"), set(options.allow)
    count = max(1, int(options.seconds * options.rate))
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=64) as pool:
        sent = []
        for number in range(count):
            # At fixed times, however long responses take, so that a slow gateway gets the same load.
            time.sleep(max(0, started + number / options.rate - time.monotonic()))
            sent.append(pool.submit(send, url, QUERIES[number % len(QUERIES)], options.timeout, allowed))
        responses = [future.result() for future in sent]

    outcomes = {name: sum(1 for outcome, _, _ in responses if outcome == name) for name in ("good", "allowed", "failed")}
    reasons = sorted({reason for outcome, _, reason in responses if outcome == "failed"})
    times = sorted(took for _, took, _ in responses)
    p95 = 1000 * times[max(0, -(-95 * len(times) // 100) - 1)]
    good = 100 * (outcomes["good"] + outcomes["allowed"]) / count
    passed = good >= options.good and p95 <= options.p95 and outcomes["good"] + len(allowed) > 0
    print(
        f"{'PASS' if passed else 'FAIL'}: {count} requests, {outcomes['good']} good, {outcomes['allowed']} allowed, "
        f"{outcomes['failed']} failed; p95 {p95:.0f} ms (at least {options.good} % good, at most {options.p95:.0f} ms)"
    )
    for reason in reasons[:5]:
        print(f"  failed: {reason}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
