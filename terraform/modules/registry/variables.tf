variable "prefix" {
  description = "Path of the images"
  type        = string
  default     = "wikimovie"
}

variable "images" {
  description = "Names of the images"
  type        = list(string)
  default     = ["wikimovie-api", "wikimovie-ingest", "wikimovie"]
}

variable "kept" {
  description = "Number of tagged images that each repository retains"
  type        = number
  default     = 50
}

variable "force_destroy" {
  description = "Allow repositories to be destroyed with images in them"
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "KMS key for images; null for keys of AWS"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the repositories"
  type        = map(string)
  default     = {}
}
