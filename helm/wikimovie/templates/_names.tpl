{{/* Names and labels. */}}

{{- define "wikimovie.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
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

{{/* Whether there are standby workers beside the one with the writer lease. */}}
{{- define "wikimovie.standby" -}}
{{- $most := ternary .Values.worker.keda.max .Values.worker.replicas .Values.worker.keda.enabled -}}
{{- if gt (int $most) 1 }}true{{ end -}}
{{- end -}}
