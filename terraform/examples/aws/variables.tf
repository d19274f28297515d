variable "region" {
  description = "Region"
  type        = string
}

variable "name" {
  description = "Name of all that is made"
  type        = string
  default     = "wikimovie"
}

variable "bucket" {
  description = "Name of the bucket, the only one of this name in the world"
  type        = string
}

variable "vpc_id" {
  description = "VPC of cluster and domain"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, each in a zone of its own"
  type        = list(string)
}

variable "own_cluster" {
  description = "Identity provider, issuer and nodes' security group of a Kubernetes cluster that is there; null makes one"
  type        = object({ oidc_provider_arn = string, oidc_issuer = string, security_group_id = string })
  default     = null
}

variable "domain" {
  description = "Make a managed OpenSearch domain. Without it, give the chart the addresses of nodes of your own"
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
  description = "Addresses from which the cluster's API server can be reached over the internet"
  type        = list(string)
  default     = []
}

variable "providers_by_prefix" {
  description = "Prefix of a data provider to the principals who take its role"
  type        = map(list(string))
  default     = {}
}

variable "alarm_actions" {
  description = "ARNs, such as of SNS topics, that alarms go to"
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
