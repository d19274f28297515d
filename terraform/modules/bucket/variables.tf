variable "name" {
  description = "Name of the bucket"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name))
    error_message = "a bucket has 3 to 63 small letters, digits, dots and hyphens, a letter or digit at both ends"
  }
}

variable "queue_arn" {
  description = "ARN of the queue that hears of changes; its policy has to let the bucket in first, as the output `arn` of the module queue sees to"
  type        = string
}

variable "prefixes" {
  description = "Key prefixes whose changes are notified; an empty one stands for all keys. Prefixes must \
                 not overlap"
  type        = list(string)
  default     = [""]

  validation {
    condition     = length(var.prefixes) > 0 && length(var.prefixes) == length(toset(var.prefixes))
    error_message = "give at least one prefix, each once"
  }
}

variable "events" {
  description = "Events that are notified. A lifecycle rule that removes objects has an event of its own"
  type        = list(string)
  default     = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]
}

variable "kms_key_arn" {
  description = "Key to encrypt objects with; null for the keys that S3 manages"
  type        = string
  default     = null
}

variable "noncurrent_days" {
  description = "Days for which former versions of objects are kept"
  type        = number
  default     = 30
}

variable "receipts_days" {
  description = "Days for which receipts for providers are kept; null for ever"
  type        = number
  default     = null
}

variable "log_bucket" {
  description = "Bucket for S3's own access logs; null for none"
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Let the bucket be destroyed with objects in it: for trying out"
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of the bucket"
  type        = map(string)
  default     = {}
}
