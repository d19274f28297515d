variable "endpoint" {
  description = "Address of LocalStack"
  type        = string
  default     = "http://127.0.0.1:4566"
}

variable "region" {
  description = "Region"
  type        = string
}

variable "bucket" {
  description = "Name of the bucket (BUCKET)"
  type        = string
}

variable "queue" {
  description = "Name of the queue (WORKER_QUEUE)"
  type        = string
}

variable "prefixes" {
  description = "Prefixes of keys with notifications; an empty prefix matches all keys"
  type        = list(string)
}

variable "events" {
  description = "Events with notifications"
  type        = list(string)
}

variable "visibility_seconds" {
  description = "Visibility timeout in seconds"
  type        = number
}

variable "retention_seconds" {
  description = "Retention of messages in seconds"
  type        = number
}

variable "most_receives" {
  description = "Receives after which a message goes to the dead-letter queue"
  type        = number
}
