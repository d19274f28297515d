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

variable "vpc_id" {
  description = "VPC of cluster and domain"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, each in a separate zone"
  type        = list(string)
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
  description = "Principals who administer the cluster"
  type        = list(string)
  default     = []
}

variable "public_access_cidrs" {
  description = "Networks with access to the cluster's API server over the internet"
  type        = list(string)
  default     = []
}

variable "providers_by_prefix" {
  description = "Prefix of a data provider to the principals who assume its role"
  type        = map(list(string))
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

variable "release" {
  description = "Full name of the chart's release"
  type        = string
  default     = "wikimovie"
}
