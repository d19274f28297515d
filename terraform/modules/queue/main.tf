# The queue for the bucket's notifications, and its dead-letter queue.
data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  place     = "${data.aws_region.this.region}:${local.account}"
  objects   = "${replace(var.bucket_name, ".", "-")}-objects"

  # Who sends: the bucket itself, or rule or topic of module bucket.
  sender = {
    sqs         = { service = "s3.amazonaws.com", arn = "arn:${local.partition}:s3:::${var.bucket_name}" }
    eventbridge = { service = "events.amazonaws.com", arn = "arn:${local.partition}:events:${local.place}:rule/${local.objects}" }
    sns         = { service = "sns.amazonaws.com", arn = "arn:${local.partition}:sns:${local.place}:${local.objects}" }
  }[var.events_by]

  only_by_tls = {
    Sid       = "OnlyByTls"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name = "${var.name}-dead-letters"
  # The maximum of SQS. It counts from the time when the message was first sent to the other queue.
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility_seconds
  message_retention_seconds  = var.retention_seconds
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.most_receives
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "NotificationsOfTheBucket"
        Effect    = "Allow"
        Principal = { Service = local.sender.service }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.this.arn
        # A deleted bucket's name can be taken by others, so the account is checked, too. ARNs of rules and topics have it.
        Condition = merge(
          { ArnEquals = { "aws:SourceArn" = local.sender.arn } },
          var.events_by == "sqs" ? { StringEquals = { "aws:SourceAccount" = local.account } } : {},
        )
      },
      merge(local.only_by_tls, { Resource = aws_sqs_queue.this.arn }),
    ]
  })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.only_by_tls, { Resource = aws_sqs_queue.dead_letters.arn })]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  count = var.alarms ? 1 : 0

  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Messages in the dead-letter queue: read their attribute reason, then wikimovie-ingest redrive"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "oldest" {
  count = var.alarms ? 1 : 0

  alarm_name          = "${var.name}-oldest"
  alarm_description   = "Messages wait: no worker has the writer lease, it cannot reach bucket or search nodes, or a large object takes long"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.this.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.oldest_seconds
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
