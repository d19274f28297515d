variable "name" {
  description = "Name of the cluster"
  type        = string
}

variable "kubernetes_version" {
  description = "Version of Kubernetes; the chart wants 1.27 or newer"
  type        = string
  default     = "1.34"
}

variable "subnet_ids" {
  description = "Private subnets of nodes and control plane, in two zones at least"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "EKS wants subnets in two zones at least"
  }
}

variable "public_access_cidrs" {
  description = "Addresses from which the API server can be reached over the internet; none by default: only from the VPC"
  type        = list(string)
  default     = []
}

variable "admin_arns" {
  description = "Principals who administer the cluster"
  type        = list(string)
  default     = []
}

variable "node_type" {
  description = "Instance type of a node"
  type        = string
  default     = "m7g.large"
}

variable "node_ami" {
  description = "Kind of image of the nodes, which must fit the instance type"
  type        = string
  default     = "AL2023_ARM_64_STANDARD"
}

variable "nodes" {
  description = "Fewest, wanted and most nodes"
  type        = object({ min = number, desired = number, max = number })
  default     = { min = 2, desired = 3, max = 6 }
}

variable "kms_key_arn" {
  description = "Key that Secrets are encrypted with; null makes one"
  type        = string
  default     = null
}

variable "log_days" {
  description = "Days for which the control plane's logs are kept"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags of the cluster and what belongs to it"
  type        = map(string)
  default     = {}
}
