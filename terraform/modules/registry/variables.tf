variable "prefix" {
  description = "Path before the images' names"
  type        = string
  default     = "wikimovie"
}

variable "images" {
  description = "Names of the images"
  type        = list(string)
  default     = ["wikimovie-api", "wikimovie-ingest", "wikimovie"]
}

variable "kept" {
  description = "Tagged images that are kept of each"
  type        = number
  default     = 50
}

variable "kms_key_arn" {
  description = "Key to encrypt images with; null for the keys that AWS manages"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the repositories"
  type        = map(string)
  default     = {}
}
