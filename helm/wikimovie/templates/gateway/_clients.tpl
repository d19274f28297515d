{{/* Who the clients of the gateway are, and what each may hold of it. Only what is given is set. */}}
{{- define "wikimovie.clientsEnv" -}}
{{- $clients := .Values.gateway.clients -}}
{{- with $clients.trustedProxies }}
- name: WIKIMOVIE_TRUSTED_PROXIES
  value: {{ join "," . | quote }}
{{- end }}
{{- with $clients.addressHeader }}
- name: WIKIMOVIE_CLIENT_ADDRESS_HEADER
  value: {{ . | quote }}
{{- end }}
{{- with $clients.hosts }}
{{- $service := include "wikimovie.name" (list $ "gateway") }}
{{- $inside := list $service (printf "%s.%s" $service $.Release.Namespace) (printf "%s.%s.svc" $service $.Release.Namespace) }}
- name: WIKIMOVIE_HOSTS
  value: {{ concat . $inside | join "," | quote }}
{{- end }}
{{- if $clients.h2c }}
- name: WIKIMOVIE_H2C
  value: "true"
{{- end }}
{{- $numbers := dict "WIKIMOVIE_CONNECTIONS" "connections" "WIKIMOVIE_CONNECTIONS_PER_CLIENT" "connectionsPerClient" "WIKIMOVIE_MAX_BODY" "maxBodyBytes" "WIKIMOVIE_RATE_LIMIT" "pointsPerMinute" }}
{{- range $name, $value := $numbers }}
{{- $number := get $clients $value }}
{{- if not (kindIs "invalid" $number) }}
- name: {{ $name }}
  value: {{ $number | int64 | quote }}
{{- end }}
{{- end }}
{{- end -}}
