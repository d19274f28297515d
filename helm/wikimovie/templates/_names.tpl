{{/* Names and labels. 44 letters leave room for what is appended: names of Services have at most 63. */}}

{{- define "wikimovie.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 44 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 44 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 44 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of a component: (list $ "gateway"). */}}
{{- define "wikimovie.name" -}}
{{- printf "%s-%s" (include "wikimovie.fullname" (first .)) (last .) -}}
{{- end -}}

{{- define "wikimovie.selector" -}}
app.kubernetes.io/name: {{ default (first .).Chart.Name (first .).Values.nameOverride }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{- define "wikimovie.labels" -}}
{{ include "wikimovie.selector" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (first .).Chart.Name (first .).Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The image of a component: its digest, or its tag, or that of both, or the chart's version. */}}
{{- define "wikimovie.image" -}}
{{- $ := first . -}}{{- $component := index $.Values (last .) -}}
{{- $name := $component.image -}}
{{- with $.Values.image.registry }}{{ $name = printf "%s/%s" (trimSuffix "/" .) $name }}{{ end -}}
{{- if and (eq $.Values.environment "production") (not (contains "/" $name)) -}}
{{- fail (printf "image.registry: say where the image %s is published; without a registry nodes would look for it at Docker Hub" $name) -}}
{{- end -}}
{{- if $component.digest -}}
{{- printf "%s@%s" $name $component.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (coalesce $component.tag $.Values.image.tag $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "wikimovie.secretName" -}}
{{- default (include "wikimovie.name" (list . "secrets")) .Values.secrets.name -}}
{{- end -}}

{{- define "wikimovie.tlsSecretName" -}}
{{- default (include "wikimovie.name" (list . "tls")) .Values.tls.secretName -}}
{{- end -}}

{{/* The ServiceAccount of a component: its own, or one that is there. */}}
{{- define "wikimovie.account" -}}
{{- $account := (index (first .).Values (last .)).serviceAccount -}}
{{- if $account.create }}{{ default (include "wikimovie.name" .) $account.name }}
{{- else }}{{ required (printf "%s.serviceAccount.name: name the account that is not created" (last .)) $account.name }}
{{- end -}}
{{- end -}}

{{/* Whether a component is deployed. With the embedded engine there is nothing but the gateway. */}}
{{- define "wikimovie.has" -}}
{{- $values := (first .).Values -}}
{{- if and (index $values (last .)).enabled (or (eq (last .) "gateway") (ne $values.engine.mode "embedded")) }}true{{ end -}}
{{- end -}}

{{/* Seconds for which a stopping gateway still answers: load balancers of AWS that address pods take longer to forget one. */}}
{{- define "wikimovie.drainSeconds" -}}
{{- if kindIs "invalid" .Values.gateway.drainSeconds -}}
{{- ternary 20 5 (and .Values.ingress.enabled (eq .Values.ingress.className "alb")) -}}
{{- else -}}{{ .Values.gateway.drainSeconds }}{{- end -}}
{{- end -}}

{{/* Whether there are standby workers beside the one with the writer lease. */}}
{{- define "wikimovie.standby" -}}
{{- $most := ternary .Values.worker.keda.max .Values.worker.replicas .Values.worker.keda.enabled -}}
{{- if gt (int $most) 1 }}true{{ end -}}
{{- end -}}
