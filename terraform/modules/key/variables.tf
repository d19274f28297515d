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

variable "tags" {
  description = "Tags of the key"
  type        = map(string)
  default     = {}
}
