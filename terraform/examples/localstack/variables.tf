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
  description = "Key prefixes whose changes are notified; an empty one stands for all keys"
  type        = list(string)
}

variable "events" {
  description = "Events that are notified"
  type        = list(string)
}

variable "visibility_seconds" {
  description = "Seconds for which a received message is hidden"
  type        = number
}

variable "retention_seconds" {
  description = "Seconds for which messages wait"
  type        = number
}

variable "most_receives" {
  description = "Receives after which a message is a dead letter"
  type        = number
}
