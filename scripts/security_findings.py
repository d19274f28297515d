"""Judges what the checkers of security.sh found: security_findings.py REPORTS URL KEY.

Prints each finding. Ends with 1 where one is more than a note, unless a probe shows here and now that it is untrue of this gateway.
"""

import json
import pathlib
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
    """The header that would name a role: what the key may not see stays unseen, and what it may see is the same."""
    role = {'x-hasura-role': 'admin'}
    provider, operator = '{ importReceipts(first: 1) { totalCount } }', '{ search(text: "alien", explain: true) { explain { dsl } } }'
    refused = [ask(query, **role) for query in (provider,)]
    same = [ask(query) == ask(query, **role) for query in ('{ __typename }', '{ catalog { movies } }', provider, operator)]
    return all(same) and all(b'"FORBIDDEN"' in body for _, body in refused)


# What is untrue, by checker and kind, with what shows it.
UNTRUE = {
    ('vamp-graphql-audit', 'GQL-HASURA-001 Row-Level Permission Bypass'): claimed_role_changes_nothing,
}


def findings():
    """Checker, severity, kind."""
    for finding in json.loads((reports / 'vamp.json').read_text())['findings']:
        yield 'vamp-graphql-audit', finding['severity'], finding['type']
    for path in sorted(reports.glob('reports/*/*.json')):
        report = json.loads(path.read_text())
        for candidate in report['review_candidates']:
            yield path.parent.name, 'CANDIDATE', json.dumps(candidate, sort_keys=True)
        for candidate in report['graphql_security_review']['candidates']:
            yield path.parent.name, 'CANDIDATE', json.dumps(candidate, sort_keys=True)
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
