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

variable "releases" {
  description = "Full names of the chart's releases, the prefixes of their service accounts: two while one replaces the other"
  type        = list(string)
  default     = ["wikimovie"]

  validation {
    condition     = length(var.releases) > 0 && alltrue([for release in var.releases : can(regex("^[a-z0-9]([a-z0-9-]{0,42}[a-z0-9])?$", release))])
    error_message = "a release has up to 44 lower-case letters, digits and hyphens; name at least one"
  }
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

variable "keda_service_account" {
  description = "<namespace>:<name> of KEDA's operator, which reads the queue's depth; null for none"
  type        = string
  default     = null
}

variable "providers_by_prefix" {
  description = "Prefix of a data provider, such as acme/, to the principals who assume its role and the external id that they have to give"
  type        = map(object({ principals = list(string), external_id = optional(string) }))
  default     = {}

  validation {
    condition     = alltrue([for prefix in keys(var.providers_by_prefix) : can(regex("^[a-z0-9][a-z0-9-]{0,30}/$", prefix))])
    error_message = "a provider's prefix is one segment of up to 31 lower-case letters, digits and hyphens with a slash at its end"
  }

  validation {
    condition     = !anytrue([for prefix in keys(var.providers_by_prefix) : contains(["receipts/", "quarantine/"], prefix)])
    error_message = "receipts/ and quarantine/ are reserved"
  }

  validation {
    condition = alltrue([for provider in values(var.providers_by_prefix) :
    length(provider.principals) > 0 && (provider.external_id != null || !anytrue([for arn in provider.principals : endswith(arn, ":root")]))])
    error_message = "a whole account (…:root) is trusted only together with an external_id, which you agree with the provider"
  }

  validation {
    condition     = alltrue([for provider in values(var.providers_by_prefix) : provider.external_id == null || can(regex("^[A-Za-z0-9+=,.@:/_-]{2,128}$", provider.external_id))])
    error_message = "an external id has 2 to 128 letters, digits and + = , . @ : / _ -"
  }
}

variable "tags" {
  description = "Tags of the roles"
  type        = map(string)
  default     = {}
}
