"""The stack of terraform/examples/localstack without Terraform's provider of AWS, which needs a download of its own.

    localstack_stack.py make VARIABLES      makes it on the LocalStack of AWS_ENDPOINT, reads it back, and compares
    localstack_stack.py compare VARIABLES STATE     compares it with what `terraform show -json` says

Both compare with the same description, made of the variables: what Terraform plans and what LocalStack has are equal.
"""

import json
import os
import sys

ACCOUNT = "000000000000"
DEAD_LETTER_SECONDS = 1_209_600
WAIT_SECONDS = 20


def described(variables: dict) -> dict:
    """What there is to be, in terms of neither Terraform nor AWS."""
    bucket, queue, region = variables["bucket"], variables["queue"], variables["region"]
    bucket_arn = f"arn:aws:s3:::{bucket}"
    queue_arn = f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}"
    dead_arn = f"{queue_arn}-dead-letters"

    def only_by_tls(action: str, resource) -> dict:
        condition = {"Bool": {"aws:SecureTransport": "false"}}
        return {"Sid": "OnlyByTls", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}

    def policy(*statements: dict) -> dict:
        return {"Version": "2012-10-17", "Statement": list(statements)}

    lets_bucket_send = {
        "Sid": "NotificationsOfTheBucket",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": bucket_arn}, "StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    return {
        "bucket": {
            "name": bucket,
            "versioning": "Enabled",
            "encryption": "AES256",
            "public": {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True},
            "ownership": "BucketOwnerEnforced",
            "policy": policy(only_by_tls("s3:*", [bucket_arn, f"{bucket_arn}/*"])),
            "lifecycle": [{"id": "former-versions", "noncurrent_days": 30, "markers": True, "multipart_days": 7}],
            "notifications": [
                {"queue": queue_arn, "events": sorted(variables["events"]), "prefix": prefix} for prefix in sorted(variables["prefixes"])
            ],
        },
        "queue": {
            "name": queue,
            "visibility": variables["visibility_seconds"],
            "retention": variables["retention_seconds"],
            "wait": WAIT_SECONDS,
            "encrypted": True,
            "redrive": {"deadLetterTargetArn": dead_arn, "maxReceiveCount": variables["most_receives"]},
            "policy": policy(lets_bucket_send, only_by_tls("sqs:*", queue_arn)),
        },
        "dead_letters": {
            "name": f"{queue}-dead-letters",
            "retention": DEAD_LETTER_SECONDS,
            "encrypted": True,
            "sources": {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]},
            "policy": policy(only_by_tls("sqs:*", dead_arn)),
        },
    }


def of_state(state: dict) -> dict:
    """The same of what Terraform has applied to its provider of schemas."""
    found = {
        resource["address"]: resource["values"]
        for module in state["values"]["root_module"]["child_modules"]
        for resource in module["resources"]
        if resource["mode"] == "managed"
    }
    bucket = {name: found.pop(f"module.bucket.aws_s3_bucket{name}.this") for name in (
        "", "_versioning", "_server_side_encryption_configuration", "_public_access_block", "_ownership_controls", "_policy",
        "_lifecycle_configuration", "_notification",
    )}
    queue, dead = found.pop("module.queue.aws_sqs_queue.this"), found.pop("module.queue.aws_sqs_queue.dead_letters")
    policy = {name: json.loads(found.pop(f"module.queue.aws_sqs_queue_policy.{name}")["policy"]) for name in ("this", "dead_letters")}
    allow = found.pop("module.queue.aws_sqs_queue_redrive_allow_policy.dead_letters")
    if found:
        sys.exit(f"Terraform makes what the script does not: {', '.join(found)}")
    (rule,) = bucket["_server_side_encryption_configuration"]["rule"]
    public = bucket["_public_access_block"]
    return {
        "bucket": {
            "name": bucket[""]["bucket"],
            "versioning": bucket["_versioning"]["versioning_configuration"][0]["status"],
            "encryption": rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"],
            "public": {
                "BlockPublicAcls": public["block_public_acls"],
                "BlockPublicPolicy": public["block_public_policy"],
                "IgnorePublicAcls": public["ignore_public_acls"],
                "RestrictPublicBuckets": public["restrict_public_buckets"],
            },
            "ownership": bucket["_ownership_controls"]["rule"][0]["object_ownership"],
            "policy": json.loads(bucket["_policy"]["policy"]),
            "lifecycle": [
                {
                    "id": rule["id"],
                    "noncurrent_days": rule["noncurrent_version_expiration"][0]["noncurrent_days"],
                    "markers": rule["expiration"][0]["expired_object_delete_marker"],
                    "multipart_days": rule["abort_incomplete_multipart_upload"][0]["days_after_initiation"],
                }
                for rule in bucket["_lifecycle_configuration"]["rule"]
            ],
            "notifications": sorted(
                (
                    {"queue": each["queue_arn"], "events": sorted(each["events"]), "prefix": each["filter_prefix"] or ""}
                    for each in bucket["_notification"]["queue"]
                ),
                key=lambda each: each["prefix"],
            ),
        },
        "queue": {
            "name": queue["name"],
            "visibility": queue["visibility_timeout_seconds"],
            "retention": queue["message_retention_seconds"],
            "wait": queue["receive_wait_time_seconds"],
            "encrypted": queue["sqs_managed_sse_enabled"],
            "redrive": json.loads(queue["redrive_policy"]),
            "policy": policy["this"],
        },
        "dead_letters": {
            "name": dead["name"],
            "retention": dead["message_retention_seconds"],
            "encrypted": dead["sqs_managed_sse_enabled"],
            "sources": json.loads(allow["redrive_allow_policy"]),
            "policy": policy["dead_letters"],
        },
    }


class LocalStack:
    def __init__(self, endpoint: str, region: str):
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}, s3={"addressing_style": "path"})
        client = lambda name: boto3.client(
            name, endpoint_url=endpoint, region_name=region, aws_access_key_id="test", aws_secret_access_key="test", config=config
        )
        self.s3, self.sqs, self.region = client("s3"), client("sqs"), region

    def make(self, stack: dict) -> None:
        dead, queue, bucket = stack["dead_letters"], stack["queue"], stack["bucket"]
        dead_url = self._queue(dead["name"], {
            "MessageRetentionPeriod": dead["retention"],
            "SqsManagedSseEnabled": dead["encrypted"],
            "Policy": dead["policy"],
        })
        self._queue(queue["name"], {
            "VisibilityTimeout": queue["visibility"],
            "MessageRetentionPeriod": queue["retention"],
            "ReceiveMessageWaitTimeSeconds": queue["wait"],
            "SqsManagedSseEnabled": queue["encrypted"],
            "RedrivePolicy": queue["redrive"],
            "Policy": queue["policy"],
        })
        self.sqs.set_queue_attributes(QueueUrl=dead_url, Attributes={"RedriveAllowPolicy": json.dumps(dead["sources"])})
        self._bucket(bucket)

    def _queue(self, name: str, attributes: dict) -> str:
        """A queue that is there gets these attributes, too."""
        text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()}
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes=text)
        return url

    def _bucket(self, bucket: dict) -> None:
        name, s3 = bucket["name"], self.s3
        try:
            elsewhere = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
            s3.create_bucket(Bucket=name, **elsewhere)
        except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
            pass
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": bucket["versioning"]})
        encrypted = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": bucket["encryption"]}, "BucketKeyEnabled": False}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [encrypted]})
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=bucket["public"])
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": bucket["ownership"]}]})
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket["policy"]))
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
            {
                "ID": rule["id"],
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": rule["noncurrent_days"]},
                "Expiration": {"ExpiredObjectDeleteMarker": rule["markers"]},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": rule["multipart_days"]},
            }
            for rule in bucket["lifecycle"]
        ]})
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"QueueConfigurations": [
            {"QueueArn": each["queue"], "Events": each["events"]}
            | ({"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": each["prefix"]}]}}} if each["prefix"] else {})
            for each in bucket["notifications"]
        ]})

    def look(self, stack: dict) -> dict:
        """What there is, in the same terms."""
        name, s3 = stack["bucket"]["name"], self.s3
        rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        notifications = s3.get_bucket_notification_configuration(Bucket=name).get("QueueConfigurations", [])

        def prefix(of: dict) -> str:
            rules = of.get("Filter", {}).get("Key", {}).get("FilterRules", [])
            return next((rule["Value"] for rule in rules if rule["Name"].lower() == "prefix"), "")

        queue, dead = self._attributes(stack["queue"]["name"]), self._attributes(stack["dead_letters"]["name"])
        return {
            "bucket": {
                "name": name,
                "versioning": s3.get_bucket_versioning(Bucket=name)["Status"],
                "encryption": rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
                "public": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
                "ownership": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
                "policy": json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
                "lifecycle": [
                    {
                        "id": rule["ID"],
                        "noncurrent_days": rule["NoncurrentVersionExpiration"]["NoncurrentDays"],
                        "markers": rule["Expiration"]["ExpiredObjectDeleteMarker"],
                        "multipart_days": rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
                    }
                    for rule in s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
                ],
                "notifications": sorted(
                    ({"queue": each["QueueArn"], "events": sorted(each["Events"]), "prefix": prefix(each)} for each in notifications),
                    key=lambda each: each["prefix"],
                ),
            },
            "queue": {
                "name": stack["queue"]["name"],
                "visibility": int(queue["VisibilityTimeout"]),
                "retention": int(queue["MessageRetentionPeriod"]),
                "wait": int(queue["ReceiveMessageWaitTimeSeconds"]),
                "encrypted": queue["SqsManagedSseEnabled"] == "true",
                "redrive": json.loads(queue["RedrivePolicy"]),
                "policy": json.loads(queue["Policy"]),
            },
            "dead_letters": {
                "name": stack["dead_letters"]["name"],
                "retention": int(dead["MessageRetentionPeriod"]),
                "encrypted": dead["SqsManagedSseEnabled"] == "true",
                "sources": json.loads(dead["RedriveAllowPolicy"]),
                "policy": json.loads(dead["Policy"]),
            },
        }

    def _attributes(self, name: str) -> dict:
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def differences(wanted: object, found: object, at: str = "") -> list[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        names = sorted(wanted.keys() | found.keys())
        return [line for name in names for line in differences(wanted.get(name), found.get(name), f"{at}.{name}".lstrip("."))]
    return [] if wanted == found else [f"{at}: {json.dumps(found)}, and the variables say {json.dumps(wanted)}"]


def main() -> None:
    task, variables = sys.argv[1], json.load(open(sys.argv[2]))
    stack = described(variables)
    if task == "compare":
        found, where = of_state(json.load(open(sys.argv[3]))), "Terraform"
    else:
        there = LocalStack(os.environ["AWS_ENDPOINT"], variables["region"])
        there.make(stack)
        found, where = there.look(stack), "LocalStack"
    faults = differences(stack, found)
    if faults:
        sys.exit("\n".join([f"{where} has another stack than the variables say:", *faults]))
    if task == "compare":
        settings = sum(len(part) for part in stack.values())
        print(f"Terraform and scripts/localstack-stack.sh make the same: {settings} settings of bucket and queues are equal")
    else:
        print(f"AWS_ENDPOINT={os.environ['AWS_ENDPOINT']}", f"AWS_REGION={variables['region']}", sep="\n")
        print(f"BUCKET={variables['bucket']}", f"WORKER_QUEUE={variables['queue']}", sep="\n")


main()
