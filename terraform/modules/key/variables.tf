variable "name" {
  description = "Name of the key: its alias is alias/<name>"
  type        = string
}

variable "bucket_name" {
  description = "Bucket whose notifications S3 may encrypt with the key"
  type        = string
}

variable "deletion_window_days" {
  description = "Waiting period in days before the key is deleted, in which the deletion can be cancelled"
  type        = number
  default     = 30
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
  description = "Tags of the key"
  type        = map(string)
  default     = {}
}
