variable "name" {
  description = "Prefix of the roles' names"
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the identity provider of the Kubernetes cluster (module eks)"
  type        = string
}

variable "oidc_issuer" {
  description = "Issuer of that provider, such as https://oidc.eks.eu-west-1.amazonaws.com/id/ABC"
  type        = string

  validation {
    condition     = startswith(var.oidc_issuer, "https://")
    error_message = "an issuer is an https address"
  }
}

variable "namespace" {
  description = "Namespace of the chart's release"
  type        = string
  default     = "movies"
}

variable "release" {
  description = "Full name of the chart's release, the prefix of its service accounts"
  type        = string
  default     = "wikimovie"
}

variable "bucket_arn" {
  description = "ARN of the bucket"
  type        = string
}

variable "queue_arn" {
  description = "ARN of the queue"
  type        = string
}

variable "dead_letters_arn" {
  description = "ARN of the dead-letter queue"
  type        = string
}

variable "kms_key_arn" {
  description = "Key of bucket and queue; null where AWS manages them"
  type        = string
  default     = null
}

variable "domain" {
  description = "Managed OpenSearch domain, and the prefix of our indices and aliases in it (WIKIMOVIE_INDEX); null with other search nodes"
  type        = object({ arn = string, index = optional(string, "movies") })
  default     = null
}

variable "may_redrive" {
  description = "Allow the worker's role to redrive dead letters, for wikimovie-ingest redrive in its pod"
  type        = bool
  default     = false
}

variable "keda_service_account" {
  description = "<namespace>:<name> of KEDA's operator, which reads the queue's depth; null for none"
  type        = string
  default     = null
}

variable "providers_by_prefix" {
  description = "Prefix of a data provider, such as acme/, to the ARNs of principals who assume its role"
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for prefix in keys(var.providers_by_prefix) : can(regex("^[a-z0-9][a-z0-9-]*/$", prefix))])
    error_message = "a provider's prefix is one segment of lower-case letters, digits and hyphens with a slash at its end"
  }

  validation {
    condition     = !anytrue([for prefix in keys(var.providers_by_prefix) : contains(["receipts/", "quarantine/"], prefix)])
    error_message = "receipts/ and quarantine/ are reserved"
  }
}

variable "tags" {
  description = "Tags of the roles"
  type        = map(string)
  default     = {}
}
