variable "name" {
  description = "Name of the key: its alias is alias/<name>"
  type        = string
}

variable "bucket_name" {
  description = "Bucket whose notifications may be encrypted with the key, in the name of S3"
  type        = string
}

variable "deletion_window_days" {
  description = "Days between the order to delete the key and its end, in which it can be kept after all"
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of the key"
  type        = map(string)
  default     = {}
}
