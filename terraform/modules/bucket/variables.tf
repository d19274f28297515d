variable "name" {
  description = "Name of the bucket"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name))
    error_message = "a bucket has 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends"
  }
}

variable "queue_arns" {
  description = "ARNs of the queues for events: one, or several by eventbridge or sns. Their policies must allow the sender first, which the output `arn` of the module queue ensures"
  type        = list(string)

  validation {
    condition     = length(var.queue_arns) > 0
    error_message = "events need a queue"
  }
}

variable "events_by" {
  description = "Way of events to queues: sqs (one queue), or eventbridge or sns (any number of them). The modules key and queue take the same"
  type        = string
  default     = "sqs"

  validation {
    condition     = contains(["sqs", "eventbridge", "sns"], var.events_by)
    error_message = "events go by sqs, eventbridge or sns"
  }
}

variable "prefixes" {
  description = "Prefixes of keys with notifications; an empty prefix matches all keys. Prefixes must not overlap"
  type        = list(string)
  default     = [""]

  validation {
    condition     = length(var.prefixes) > 0 && length(var.prefixes) == length(toset(var.prefixes))
    error_message = "at least one prefix is required, each once"
  }
}

variable "events" {
  description = "Events with notifications. Removals by a lifecycle rule have an event of their own"
  type        = list(string)
  default     = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]
}

variable "kms_key_arn" {
  description = "KMS key for objects; null for keys of S3"
  type        = string
  default     = null
}

variable "noncurrent_days" {
  description = "Days for which previous versions of objects are stored"
  type        = number
  default     = 30
}

variable "receipts_days" {
  description = "Days for which receipts for providers are stored; null without end"
  type        = number
  default     = null
}

variable "log_bucket" {
  description = "Bucket for S3's own access logs; null for none"
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Allow the bucket to be destroyed with objects in it: for evaluation"
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of the bucket"
  type        = map(string)
  default     = {}
}
