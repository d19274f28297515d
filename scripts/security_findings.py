"""Judges what the checkers of security.sh found: security_findings.py REPORTS URL KEY.

Prints each finding. Ends with 1 where one is more than a note, unless a probe shows here and now that it is untrue of this gateway.
"""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

reports, url, key = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def ask(query, **headers):
    """Status and body of an answer, with the key of the scope `search`."""
    headers = {'Authorization': f'Bearer {key}', 'Content-Type': 'application/json'} | headers
    request = urllib.request.Request(f'{url}/graphql', json.dumps({'query': query}).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def claimed_role_changes_nothing():
    """A header that claims a role: what the key may see is the same, and what it may not see stays unseen."""
    role = {'x-hasura-role': 'admin'}
    seen, unseen = '{ __typename catalog { movies } }', '{ importReceipts(first: 1) { totalCount } }'
    same = all(ask(query) == ask(query, **role) for query in (seen, unseen))
    return same and b'"FORBIDDEN"' in ask(unseen, **role)[1]


# What is untrue, by checker and kind, with what shows it.
UNTRUE = {
    ('vamp-graphql-audit', 'GQL-HASURA-001 Row-Level Permission Bypass'): claimed_role_changes_nothing,
}


def findings():
    """Checker, severity, kind."""
    for finding in json.loads((reports / 'vamp.json').read_text())['findings']:
        yield 'vamp-graphql-audit', finding['severity'], finding['type']
    for path in sorted(reports.glob('gqlsleuth*.txt')):
        # "Review candidates" are places to look at, by their words; what was tried and failed is counted beside them.
        counts = dict(re.findall(r'^(Findings|Additional policy violations|Unresolved checks) +([0-9]+) *$', path.read_text(), re.M))
        if len(counts) != 3:
            yield path.stem, 'BROKEN', 'it did not come to its end'
        for kind, count in counts.items():
            yield path.stem, 'INFO' if count == '0' else 'HIGH', f'{count} {kind.lower()}'
    if (reports / 'clairvoyance.json').exists():
        yield 'clairvoyance', 'HIGH', 'a schema'


left = 0
for checker, severity, kind in findings():
    said = severity
    if severity != 'INFO':
        shown = UNTRUE.get((checker, kind))
        if shown is not None and shown():
            said = f'{severity}, shown to be untrue ({shown.__name__})'
        else:
            left += 1
    print(f'{checker}: {said}: {kind}')
print(f'{left} findings above a note')
sys.exit(1 if left else 0)
