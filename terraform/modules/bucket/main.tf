# The bucket that providers upload files to, whose events reach one queue or several.
data "aws_caller_identity" "this" {}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:files come from providers, who can deliver them again; versions are stored instead of a copy in another region
  #checkov:skip=CKV_AWS_145:keys of S3 are the default; kms_key_arn sets another
  #checkov:skip=CKV_AWS_18:access logs need another bucket, set by log_bucket
  bucket        = var.name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyByTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  #checkov:skip=CKV_AWS_300:the rule for all objects aborts incomplete uploads, receipts included
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "former-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }

    # Delete markers of removed objects, and parts of incomplete uploads.
    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = var.receipts_days == null ? [] : [var.receipts_days]

    content {
      id     = "receipts"
      status = "Enabled"

      filter {
        prefix = "receipts/"
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.log_bucket
  target_prefix = "${var.name}/"
}

# One document for all events: straight to one queue, or to EventBridge or a topic, which reach any number of queues.
resource "aws_s3_bucket_notification" "this" {
  bucket      = aws_s3_bucket.this.id
  eventbridge = var.events_by == "eventbridge" ? true : null

  dynamic "queue" {
    for_each = var.events_by == "sqs" ? var.prefixes : []

    content {
      queue_arn     = one(var.queue_arns)
      events        = var.events
      filter_prefix = queue.value == "" ? null : queue.value
    }
  }

  dynamic "topic" {
    for_each = var.events_by == "sns" ? var.prefixes : []

    content {
      topic_arn     = aws_sns_topic.this[0].arn
      events        = var.events
      filter_prefix = topic.value == "" ? null : topic.value
    }
  }

  lifecycle {
    precondition {
      condition     = var.events_by != "sqs" || length(var.queue_arns) == 1
      error_message = "S3 notifies one queue by itself: for several set events_by to eventbridge or sns"
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}

locals {
  # Modules key and queue know it by this name.
  objects = "${replace(var.name, ".", "-")}-objects"
}

# Receipts are ours, and no news: EventBridge leaves them out.
resource "aws_cloudwatch_event_rule" "this" {
  count = var.events_by == "eventbridge" ? 1 : 0

  name        = local.objects
  description = "Objects of ${var.name} that were created or removed"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created", "Object Deleted"]
    detail = {
      bucket = { name = [var.name] }
      object = { key = concat(
        [for prefix in var.prefixes : { prefix = prefix } if prefix != ""],
        [for prefix in var.prefixes : { anything-but = { prefix = "receipts/" } } if prefix == ""],
      ) }
    }
  })
}

resource "aws_cloudwatch_event_target" "this" {
  count = var.events_by == "eventbridge" ? length(var.queue_arns) : 0

  rule = aws_cloudwatch_event_rule.this[0].name
  arn  = var.queue_arns[count.index]
}

resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26:a key is set by kms_key_arn, as for the bucket
  count = var.events_by == "sns" ? 1 : 0

  name              = local.objects
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  count = var.events_by == "sns" ? 1 : 0

  arn = aws_sns_topic.this[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventsOfTheBucket"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this[0].arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = aws_s3_bucket.this.arn }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id }
      }
    }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  count = var.events_by == "sns" ? length(var.queue_arns) : 0

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "sqs"
  endpoint  = var.queue_arns[count.index]
}
