#!/usr/bin/env bash
# Makes what Terraform makes on AWS, on LocalStack: bucket, queue, dead-letter queue, and notifications from the bucket to the
# queue. LocalStack runs it once it is ready, and again after each start: what is there stays.
set -euo pipefail
bucket=${BUCKET:-wikimovie}
queue=${WORKER_QUEUE:-wikimovie-ingest}
days=$((24 * 3600))

attribute() { awslocal sqs get-queue-attributes --queue-url "$1" --attribute-names "$2" --query "Attributes.$2" --output text; }
make_queue() { awslocal sqs create-queue --queue-name "$1" --attributes "$2" --query QueueUrl --output text; }

# Dead letters outlive the queue: SQS counts their days from the day on which they were first sent.
dead=$(make_queue "$queue-dead-letters" "{\"MessageRetentionPeriod\": \"$((14 * days))\"}")
redrive="{\\\"deadLetterTargetArn\\\": \\\"$(attribute "$dead" QueueArn)\\\", \\\"maxReceiveCount\\\": 5}"
url=$(make_queue "$queue" "{\"MessageRetentionPeriod\": \"$((4 * days))\", \"VisibilityTimeout\": \"60\", \"RedrivePolicy\": \"$redrive\"}")

awslocal s3api head-bucket --bucket "$bucket" 2>/dev/null || awslocal s3api create-bucket --bucket "$bucket" >/dev/null
awslocal s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
awslocal s3api put-bucket-notification-configuration --bucket "$bucket" --notification-configuration "{
  \"QueueConfigurations\": [{
    \"QueueArn\": \"$(attribute "$url" QueueArn)\",
    \"Events\": [\"s3:ObjectCreated:*\", \"s3:ObjectRemoved:*\"]
  }]
}"
echo "s3://$bucket tells $url, whose dead letters go to $dead"
