variables {
  name       = "acme-movies"
  queue_arns = ["arn:aws:sqs:eu-west-1:000000000000:movies"]
}

run "by_default" {
  command = apply

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "previous versions are not stored"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "the bucket can be made public"
  }

  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
    rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])
    error_message = "objects are not encrypted"
  }

  assert {
    condition     = tolist([for queue in aws_s3_bucket_notification.this.queue : queue.queue_arn]) == var.queue_arns
    error_message = "the queue gets no notifications"
  }

  assert {
    condition     = contains(tolist(aws_s3_bucket_notification.this.queue[0].events), "s3:ObjectRemoved:*")
    error_message = "removals cause no notification"
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "plain HTTP is allowed"
  }
}

run "with_a_key_and_prefixes" {
  command = plan

  variables {
    kms_key_arn   = "arn:aws:kms:eu-west-1:000000000000:key/k"
    prefixes      = ["acme/", "globex/"]
    receipts_days = 90
    log_bucket    = "logs"
  }

  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
    rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && rule.bucket_key_enabled])
    error_message = "the key is not used"
  }

  assert {
    condition     = [for queue in aws_s3_bucket_notification.this.queue : queue.filter_prefix] == ["acme/", "globex/"]
    error_message = "each prefix has its own notification"
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this.rule) == 2
    error_message = "receipts never expire"
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "logs"
    error_message = "access is not logged"
  }
}

run "a_name_that_s3_would_refuse" {
  command = plan

  variables {
    name = "Acme_Movies"
  }

  expect_failures = [var.name]
}

run "a_prefix_twice" {
  command = plan

  variables {
    prefixes = ["a/", "a/"]
  }

  expect_failures = [var.prefixes]
}

run "one_queue_is_all_that_s3_knows" {
  command = plan

  variables {
    queue_arns = ["arn:aws:sqs:eu-west-1:000000000000:movies", "arn:aws:sqs:eu-west-1:000000000000:films"]
  }

  expect_failures = [aws_s3_bucket_notification.this]
}

run "two_queues_by_eventbridge" {
  command = plan

  variables {
    queue_arns = ["arn:aws:sqs:eu-west-1:000000000000:movies", "arn:aws:sqs:eu-west-1:000000000000:films"]
    events_by  = "eventbridge"
  }

  assert {
    condition     = aws_s3_bucket_notification.this.eventbridge && length(aws_s3_bucket_notification.this.queue) == 0
    error_message = "the bucket does not send to EventBridge, or sends twice"
  }

  assert {
    condition     = tolist([for target in aws_cloudwatch_event_target.this : target.arn]) == var.queue_arns
    error_message = "a queue gets no events"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this[0].event_pattern).detail.object.key[0].anything-but.prefix == "receipts/"
    error_message = "each receipt is an event"
  }
}

run "two_queues_by_a_topic" {
  command = plan

  variables {
    queue_arns = ["arn:aws:sqs:eu-west-1:000000000000:movies", "arn:aws:sqs:eu-west-1:000000000000:films"]
    events_by  = "sns"
  }

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.this : [subscription.protocol, subscription.endpoint]] == [for arn in var.queue_arns : ["sqs", arn]]
    error_message = "a queue gets no events"
  }
}
