variable "name" {
  description = "Name of the network"
  type        = string
}

variable "cidr" {
  description = "Addresses of the network: at least a /20; each zone gets an eighth for pods and nodes"
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "a network is such as 10.64.0.0/16, of at least a /20"
  }
}

variable "zones" {
  description = "Availability zones, two or three, such as eu-west-1a"
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 3 && length(var.zones) == length(toset(var.zones))
    error_message = "name two or three zones, each once"
  }
}

variable "nat" {
  description = "Way out to the internet: none (images come from ECR), one (of the first zone), or each (zone has its own)"
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "one", "each"], var.nat)
    error_message = "nat is none, one or each"
  }
}

variable "public_subnets" {
  description = "Create public subnets without NAT as well, for load balancers that the internet reaches"
  type        = bool
  default     = true
}

variable "log_days" {
  description = "Retention of the log of rejected connections in days"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags of the network and its resources"
  type        = map(string)
  default     = {}
}
