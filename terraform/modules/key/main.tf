# A KMS key for bucket and queue. Who sends the events must be allowed to use it: notifications to an encrypted queue are lost otherwise.
data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  place     = "${data.aws_region.this.region}:${local.account}"
  objects   = "${replace(var.bucket_name, ".", "-")}-objects"
  bucket    = "arn:${local.partition}:s3:::${var.bucket_name}"

  # Service that writes to the queue, and what it speaks for: the bucket, or rule or topic of module bucket.
  senders = {
    sqs         = { "s3.amazonaws.com" = local.bucket }
    eventbridge = { "events.amazonaws.com" = "arn:${local.partition}:events:${local.place}:rule/${local.objects}" }
    sns = {
      "s3.amazonaws.com"  = local.bucket
      "sns.amazonaws.com" = "arn:${local.partition}:sns:${local.place}:${local.objects}"
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "WIKIMovie ${var.name}: objects and messages"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "AccountByItsOwnPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      }],
      [for service, source in local.senders[var.events_by] : {
        Sid       = "EventsOfTheBucket${title(split(".", service)[0])}"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource  = "*"
        # Where a service says for whom it asks, it must be us; AWS does not promise that each says so when it encrypts.
        Condition = {
          StringEqualsIfExists = { "aws:SourceAccount" = local.account }
          ArnEqualsIfExists    = { "aws:SourceArn" = source }
        }
      }],
    )
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
