variable "name" {
  description = "Name of the queue; its dead letters go to <name>-dead-letters"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,67}$", var.name))
    error_message = "a queue has up to 67 letters, digits, hyphens and underscores here, so that <name>-dead-letters has at most 80"
  }
}

variable "bucket_name" {
  description = "Bucket that may send to the queue"
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key for messages, which S3 must be allowed to use (module key); null for keys of SQS"
  type        = string
  default     = null
}

variable "visibility_seconds" {
  description = "Visibility timeout in seconds, where the receiver does not set one; the worker sets WIKIMOVIE_LEASE"
  type        = number
  default     = 60
}

variable "retention_seconds" {
  description = "Retention of messages in seconds"
  type        = number
  default     = 345600

  validation {
    condition     = var.retention_seconds >= 60 && var.retention_seconds < 1209600
    error_message = "dead letters expire 1209600 seconds after the message was first sent: the retention of messages must be shorter"
  }
}

variable "most_receives" {
  description = "Receives after which a message goes to the dead-letter queue"
  type        = number
  default     = 5

  validation {
    condition     = var.most_receives >= 2
    error_message = "the worker records a reason before the last receive, so at least two are required"
  }
}

variable "alarms" {
  description = "Create alarms for dead letters and for messages that wait too long"
  type        = bool
  default     = true
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as SNS topics"
  type        = list(string)
  default     = []
}

variable "oldest_seconds" {
  description = "Age of the oldest message that causes an alarm"
  type        = number
  default     = 900
}

variable "events_by" {
  description = "Way of the bucket's events to queues: sqs (one queue), or eventbridge or sns (any number of them)"
  type        = string
  default     = "sqs"

  validation {
    condition     = contains(["sqs", "eventbridge", "sns"], var.events_by)
    error_message = "events go by sqs, eventbridge or sns"
  }
}

variable "tags" {
  description = "Tags of queues and alarms"
  type        = map(string)
  default     = {}
}
