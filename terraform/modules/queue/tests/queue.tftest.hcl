variables {
  name        = "movies"
  bucket_name = "acme-movies"
}

run "by_default" {
  command = apply

  assert {
    condition = jsondecode(aws_sqs_queue.this.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-west-1:000000000000:movies-dead-letters"
      maxReceiveCount     = 5
    }
    error_message = "there is no dead-letter queue"
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.message_retention_seconds > aws_sqs_queue.this.message_retention_seconds
    error_message = "dead letters expire too early"
  }

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.sqs_managed_sse_enabled
    error_message = "messages are not encrypted"
  }

  assert {
    condition = [for statement in jsondecode(aws_sqs_queue_policy.this.policy).Statement :
      [statement.Principal.Service, statement.Action, statement.Condition.ArnEquals["aws:SourceArn"], statement.Condition.StringEquals["aws:SourceAccount"]]
      if statement.Effect == "Allow"] == [
      ["s3.amazonaws.com", "sqs:SendMessage", "arn:aws:s3:::acme-movies", "000000000000"],
    ]
    error_message = "another sender than the bucket is allowed, or the bucket may do more than send"
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_allow_policy.dead_letters.redrive_allow_policy).sourceQueueArns == [aws_sqs_queue.this.arn]
    error_message = "other queues may use the dead-letter queue"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters[0].dimensions.QueueName == "movies-dead-letters"
    error_message = "dead letters cause no alarm"
  }
}

run "with_a_key_and_without_alarms" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/k"
    alarms      = false
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn
    error_message = "the key is not used"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.dead_letters) + length(aws_cloudwatch_metric_alarm.oldest) == 0
    error_message = "there are alarms that were not requested"
  }
}

run "a_retention_that_outlives_dead_letters" {
  command = plan

  variables {
    retention_seconds = 1209600
  }

  expect_failures = [var.retention_seconds]
}

run "one_receive_leaves_no_time_for_a_reason" {
  command = plan

  variables {
    most_receives = 1
  }

  expect_failures = [var.most_receives]
}

run "by_eventbridge" {
  command = plan

  variables {
    events_by = "eventbridge"
  }

  assert {
    condition = jsondecode(aws_sqs_queue_policy.this.policy).Statement[0].Principal.Service == "events.amazonaws.com" && (
    jsondecode(aws_sqs_queue_policy.this.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:events:eu-west-1:000000000000:rule/acme-movies-objects")
    error_message = "the rule may not send, or another one may"
  }
}
