variable "region" {
  description = "Region"
  type        = string
}

variable "name" {
  description = "Name of all resources"
  type        = string
  default     = "wikimovie"
}

variable "bucket" {
  description = "Name of the bucket, which must be globally unique"
  type        = string
}

variable "force_destroy" {
  description = "Allow terraform destroy to delete objects and images, all versions included"
  type        = bool
  default     = false
}

variable "vpc_id" {
  description = "VPC of cluster and domain; null creates one"
  type        = string
  default     = null
}

variable "subnet_ids" {
  description = "Private subnets of vpc_id, each in a separate zone"
  type        = list(string)
  default     = []

  validation {
    condition     = (var.vpc_id == null) == (length(var.subnet_ids) == 0)
    error_message = "subnet_ids are those of vpc_id: give both or none"
  }
}

variable "cidr" {
  description = "Addresses of the created VPC"
  type        = string
  default     = "10.64.0.0/16"
}

variable "zones" {
  description = "Letters of the zones of the created VPC"
  type        = list(string)
  default     = ["a", "b", "c"]
}

variable "nat" {
  description = "Way out of the created VPC: none, one or each. Without any, images must come from your own registry (own_registry)"
  type        = string
  default     = "one"

  validation {
    condition     = var.nat != "none" || var.own_registry || var.vpc_id != null
    error_message = "without NAT the published images cannot be pulled: set own_registry = true and run scripts/push-images.sh"
  }
}

variable "own_registry" {
  description = "Create repositories in ECR, to which scripts/push-images.sh copies the published images"
  type        = bool
  default     = true
}

variable "events_by" {
  description = "Way of the bucket's events to the queue: sqs, or eventbridge or sns where other queues get them, too"
  type        = string
  default     = "sqs"
}

variable "service_linked_role" {
  description = "Create the account's role for OpenSearch domains in VPCs; false where the account has it"
  type        = bool
  default     = true
}

variable "own_cluster" {
  description = "Identity provider, issuer and nodes' security group of an existing Kubernetes cluster; null creates a cluster"
  type        = object({ oidc_provider_arn = string, oidc_issuer = string, security_group_id = string })
  default     = null
}

variable "domain" {
  description = "Create a managed OpenSearch domain. Without it, set the addresses of your own nodes in the chart"
  type        = bool
  default     = true
}

variable "data_nodes" {
  description = "Data nodes of the domain: a multiple of the subnets"
  type        = number
  default     = 3
}

variable "admin_arns" {
  description = "IAM roles or users who administer the created cluster: at least one"
  type        = list(string)
  default     = []

  validation {
    condition     = var.own_cluster != null || length(var.admin_arns) > 0
    error_message = "nobody could enter the cluster: name at least one role or user in admin_arns"
  }
}

variable "public_access_cidrs" {
  description = "Networks with access to the cluster's API server over the internet"
  type        = list(string)
  default     = []
}

variable "reached_from_vpc" {
  description = "Confirms that you reach the API server from within the VPC, where public_access_cidrs is empty"
  type        = bool
  default     = false
}

variable "providers_by_prefix" {
  description = "Prefix of a data provider to the principals who assume its role, and the external id that they have to give"
  type        = map(object({ principals = list(string), external_id = optional(string) }))
  default     = {}
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as SNS topics"
  type        = list(string)
  default     = []
}

variable "namespace" {
  description = "Namespace of the chart's release"
  type        = string
  default     = "movies"
}

variable "releases" {
  description = "Full names of the chart's releases: two while one replaces the other"
  type        = list(string)
  default     = ["wikimovie"]
}
