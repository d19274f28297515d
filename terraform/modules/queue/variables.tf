variable "name" {
  description = "Name of the queue; its dead letters go to <name>-dead-letters"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,67}$", var.name))
    error_message = "a queue has up to 67 letters, digits, hyphens and underscores here, so that <name>-dead-letters has 80 at most"
  }
}

variable "bucket_name" {
  description = "Bucket that may send to the queue"
  type        = string
}

variable "kms_key_arn" {
  description = "Key to encrypt messages with, which must let S3 use it (module key); null for the keys that SQS manages"
  type        = string
  default     = null
}

variable "visibility_seconds" {
  description = "Seconds for which a received message is hidden, where the receiver does not say; the worker does, by WIKIMOVIE_LEASE"
  type        = number
  default     = 60
}

variable "retention_seconds" {
  description = "Seconds for which messages wait"
  type        = number
  default     = 345600

  validation {
    condition     = var.retention_seconds >= 60 && var.retention_seconds < 1209600
    error_message = "dead letters are kept for 1209600 seconds, counted from when the message was first sent: messages must wait for less"
  }
}

variable "most_receives" {
  description = "Receives after which a message is a dead letter"
  type        = number
  default     = 5

  validation {
    condition     = var.most_receives >= 2
    error_message = "the worker writes down a reason before the last receive, so that there must be two at least"
  }
}

variable "alarms" {
  description = "Make alarms for dead letters and for messages that wait too long"
  type        = bool
  default     = true
}

variable "alarm_actions" {
  description = "ARNs, such as of SNS topics, that alarms go to"
  type        = list(string)
  default     = []
}

variable "oldest_seconds" {
  description = "Age of the oldest message that is alarming"
  type        = number
  default     = 900
}

variable "tags" {
  description = "Tags of queues and alarms"
  type        = map(string)
  default     = {}
}
