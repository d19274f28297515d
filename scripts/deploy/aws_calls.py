"""Calls of AWS on the LocalStack of AWS_ENDPOINT: reads {"service", "operation", "parameters"} from each line of standard
input, and prints {"answer"} or {"error": {"code", "message"}} for it."""

import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}, s3={"addressing_style": "path"})
clients = {
    name: boto3.client(
        name,
        endpoint_url=os.environ["AWS_ENDPOINT"],
        region_name=os.environ["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )
    for name in ("s3", "sqs")
}
for line in sys.stdin:
    call = json.loads(line)
    try:
        result = {"answer": getattr(clients[call["service"]], call["operation"])(**call["parameters"])}
    except ClientError as error:
        result = {"error": {"code": error.response["Error"]["Code"], "message": str(error)}}
    print(json.dumps(result, default=str), flush=True)
