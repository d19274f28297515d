"""Policy simulation: whether the roles of Terraform may do what their programs and the playbook do, and nothing of what they
may not; and whether each call of AWS in the worker's code is among that.

    permissions.py STATE.json TABLE.tsv SOURCES…
"""

import json
import pathlib
import re
import sys

# Operations of AWS's client whose permission is called otherwise; those of provisioning LocalStack are not asked of AWS.
ACTIONS = {
    "list_objects_v2": "s3:ListBucket",
    "head_bucket": "s3:ListBucket",
    "head_object": "s3:GetObject",
    "get_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "delete_object": None,  # `Bucket::delete` is a test's
    "get_queue_url": "sqs:GetQueueUrl",
    "get_queue_attributes": "sqs:GetQueueAttributes",
    "receive_message": "sqs:ReceiveMessage",
    "send_message": "sqs:SendMessage",
    "delete_message_batch": "sqs:DeleteMessage",
    "change_message_visibility_batch": "sqs:ChangeMessageVisibility",
}


def matches(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def allows(statements: list[dict], action: str, resource: str) -> bool:
    """By IAM's rules, of policies with `Action`, `Resource` and `Effect` only; conditions are those of listings."""
    hit = [
        statement["Effect"]
        for statement in statements
        if any(matches(each, action) for each in statement["Action"]) and any(matches(each, resource) for each in statement["Resource"])
    ]
    return "Allow" in hit and "Deny" not in hit


def resources(module: dict):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def main() -> int:
    state, table, sources = json.loads(pathlib.Path(sys.argv[1]).read_text()), pathlib.Path(sys.argv[2]), sys.argv[3:]
    found = list(resources(state["values"]["root_module"]))

    def of(address: str) -> dict:
        return next(each["values"] for each in found if re.fullmatch(address, each["address"]))

    policies = {}
    for each in found:
        if each["type"] == "aws_iam_role_policy" and each["address"].startswith("module.roles."):
            role = re.sub(r"^wikimovie-", "", each["values"]["role"])
            policies[role] = json.loads(each["values"]["policy"])["Statement"]
    arns = {
        "bucket": of(r"module\.bucket\.aws_s3_bucket\.this")["arn"],
        "queue": of(r"module\.queue\.aws_sqs_queue\.this")["arn"],
        "dead": of(r"module\.queue\.aws_sqs_queue\.dead_letters")["arn"],
        "key": of(r"module\.key\.aws_kms_key\.this")["arn"],
        "domain": of(r"module\.opensearch\[0\]\.aws_opensearch_domain\.this")["arn"],
    }
    faults, count, asked = [], 0, set()
    for line in table.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        role, verdict, who, action, resource = line.split("\t")
        count += 1
        asked.add(action)
        if allows(policies.get(role, []), action, resource.format(**arns)) != (verdict == "allow"):
            faults.append(f"{role} {'is denied' if verdict == 'allow' else 'may'} {action} on {resource}: {who}")
    code = " ".join(pathlib.Path(source).read_text() for source in sources)
    for operation in sorted(set(re.findall(r"client\s*\.([a-z_0-9]+)\(\)", code)) | (set(re.findall(r"\.([a-z_0-9]+)\(\)", code)) & ACTIONS.keys())):
        if operation not in ACTIONS:
            faults.append(f"the worker calls {operation}, of which no role is known to need a permission")
        elif ACTIONS[operation] and ACTIONS[operation] not in asked:
            faults.append(f"the worker calls {operation}, and no line of {table.name} asks for {ACTIONS[operation]}")
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{count} questions to the policies of {len(policies)} roles, {len(faults)} answered otherwise than they should")
    return bool(faults)


sys.exit(main())
