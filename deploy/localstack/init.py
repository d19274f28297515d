"""Creates on LocalStack what Terraform creates on AWS: bucket, queue, dead-letter queue, and notifications from the bucket to
the queue. LocalStack runs it after each start, once it is ready; existing resources stay."""

import json
import os

import boto3

BUCKET = os.environ.get("BUCKET", "wikimovie")
QUEUE = os.environ.get("WORKER_QUEUE", "wikimovie-ingest")
DAY = 24 * 3600


def client(service: str):
    return boto3.client(
        service,
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def make_queue(sqs, name: str, attributes: dict) -> str:
    """Creates a queue and returns its ARN."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def main():
    s3, sqs = client("s3"), client("sqs")
    # Longer than in the queue, because SQS counts retention from the time a message was first sent.
    dead = make_queue(sqs, f"{QUEUE}-dead-letters", {"MessageRetentionPeriod": str(14 * DAY)})
    queue = make_queue(
        sqs,
        QUEUE,
        {
            "MessageRetentionPeriod": str(4 * DAY),
            "VisibilityTimeout": "60",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 5}),
        },
    )
    if BUCKET not in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": queue, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
            ]
        },
    )
    print(f"s3://{BUCKET} notifies {queue}, with dead letters in {dead}")


main()
