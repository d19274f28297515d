variable "name" {
  description = "Name of the cluster"
  type        = string
}

variable "kubernetes_version" {
  description = "Version of Kubernetes; the chart requires 1.27 or newer"
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1[.][0-9]+$", var.kubernetes_version)) && try(tonumber(split(".", var.kubernetes_version)[1]) >= 27, false)
    error_message = "a version is such as 1.34; the chart requires 1.27 or newer"
  }
}

variable "subnet_ids" {
  description = "Private subnets of nodes and control plane, in at least two zones"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "EKS requires subnets in at least two zones"
  }
}

variable "public_access_cidrs" {
  description = "Networks with access to the API server over the internet; with none only the VPC, which reached_from_vpc confirms"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "networks are such as 192.0.2.0/24; the whole internet is none of them"
  }
}

variable "reached_from_vpc" {
  description = "Confirms that you reach the API server from within the VPC, where public_access_cidrs is empty"
  type        = bool
  default     = false
}

variable "admin_arns" {
  description = "Principals who administer the cluster; at least one, because who creates it is none by that"
  type        = list(string)

  validation {
    condition     = length(var.admin_arns) > 0
    error_message = "nobody could enter the cluster: name at least one principal in admin_arns"
  }

  validation {
    condition     = alltrue([for arn in var.admin_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "EKS takes ARNs of IAM roles and users: of arn:aws:sts::…:assumed-role/NAME/… give arn:aws:iam::…:role/NAME"
  }
}

variable "volumes" {
  description = "Install the driver of EBS volumes, for search nodes of ECK or the embedded engine"
  type        = bool
  default     = true
}

variable "node_type" {
  description = "Instance type of a node"
  type        = string
  default     = "m7g.large"
}

variable "node_ami" {
  description = "Image type of the nodes, which must fit the instance type"
  type        = string
  default     = "AL2023_ARM_64_STANDARD"
}

variable "nodes" {
  description = "Minimum, desired and maximum number of nodes"
  type        = object({ min = number, desired = number, max = number })
  default     = { min = 2, desired = 3, max = 6 }

  validation {
    condition     = var.nodes.min >= 1 && var.nodes.min <= var.nodes.desired && var.nodes.desired <= var.nodes.max
    error_message = "nodes: min <= desired <= max, and at least one"
  }
}

variable "kms_key_arn" {
  description = "KMS key for Secrets; null creates one"
  type        = string
  default     = null
}

variable "log_days" {
  description = "Retention of the control plane's logs in days"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags of the cluster and its resources"
  type        = map(string)
  default     = {}
}
