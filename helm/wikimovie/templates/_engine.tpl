{{/* The cluster: its addresses, who we are there, and the files for that. */}}

{{/* Addresses of data nodes of an ECK cluster. Each node by its own name, so that the binaries' node list sees them apart. */}}
{{- define "wikimovie.eckUrls" -}}
{{- $cluster := include "wikimovie.fullname" . -}}
{{- if gt (len $cluster) 36 -}}
{{- fail (printf "fullnameOverride: ECK takes names of up to 36 letters for a cluster, and %s has %d" $cluster (len $cluster)) -}}
{{- end -}}
{{- range $at := until (int .Values.engine.eck.dataNodes) -}}
{{- if $at }},{{ end -}}
{{- printf "https://%s-es-data-%d.%s-es-data.%s.svc:9200" $cluster $at $cluster $.Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* (list $ "gateway") or (list $ "worker") */}}
{{- define "wikimovie.engineUrls" -}}
{{- $ := first . -}}{{- $engine := $.Values.engine -}}
{{- if eq $engine.mode "eck" -}}
{{- include "wikimovie.eckUrls" $ -}}
{{- else if and (eq (last .) "gateway") $engine.readUrls -}}
{{- join "," $engine.readUrls -}}
{{- else -}}
{{- required "engine.urls: give the addresses of the search nodes, or set engine.mode to eck" (join "," $engine.urls) -}}
{{- end -}}
{{- end -}}

{{- define "wikimovie.replicas" -}}
{{- $engine := .Values.engine -}}
{{- if not (kindIs "invalid" $engine.replicas) -}}{{ $engine.replicas }}
{{- else if eq $engine.mode "eck" -}}{{ sub (int $engine.eck.dataNodes) 1 }}
{{- else -}}1{{- end -}}
{{- end -}}

{{/* Fails where pods would wait for ever for a Secret that nobody creates. */}}
{{- define "wikimovie.needsSecret" -}}
{{- $ := first . -}}
{{- if and (include "wikimovie.readsSecret" .) (not $.Values.secrets.name) (not $.Values.externalSecrets.enabled) -}}
{{- fail "secrets.name: engine.auth, secrets.… or secretSettings read a Secret: name one that is there (kubectl create secret generic), or enable externalSecrets" -}}
{{- end -}}
{{- end -}}

{{/* Settings of the cluster, as variables: the same for both binaries. */}}
{{- define "wikimovie.engineEnv" -}}
{{- $ := first . -}}{{- $engine := $.Values.engine -}}
- name: ELASTICSEARCH_URLS
  value: {{ include "wikimovie.engineUrls" . | quote }}
- name: WIKIMOVIE_INDEX
  value: {{ $engine.index | quote }}
- name: WIKIMOVIE_SHARDS
  value: {{ $engine.shards | quote }}
- name: WIKIMOVIE_REPLICAS
  value: {{ include "wikimovie.replicas" $ | quote }}
- name: WIKIMOVIE_ENGINE_DEADLINE
  value: {{ $engine.deadlineMs | int | quote }}
{{- include "wikimovie.needsSecret" . }}
{{- if eq $engine.mode "eck" }}
- name: ELASTICSEARCH_USERNAME
  value: elastic
- name: ELASTICSEARCH_PASSWORD_FILE
  value: /etc/wikimovie/engine/elastic
- name: ELASTICSEARCH_CA
  value: /etc/wikimovie/ca/ca.crt
{{- else }}
{{- if eq $engine.auth.type "basic" }}
- name: ELASTICSEARCH_USERNAME
  value: {{ required "engine.auth.username: basic needs a user" $engine.auth.username | quote }}
- name: ELASTICSEARCH_PASSWORD_FILE
  value: /etc/wikimovie/secrets/elasticsearch-password
{{- else if eq $engine.auth.type "apiKey" }}
- name: ELASTICSEARCH_API_KEY_FILE
  value: /etc/wikimovie/secrets/elasticsearch-api-key
{{- else if eq $engine.auth.type "aws" }}
- name: ELASTICSEARCH_AWS_SERVICE
  value: es
{{- with $.Values.aws.region }}
- name: ELASTICSEARCH_AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if $engine.ca.name }}
- name: ELASTICSEARCH_CA
  value: /etc/wikimovie/ca/{{ $engine.ca.key }}
{{- end }}
{{- end }}
{{- if $.Values.secrets.cursorSecret }}
- name: WIKIMOVIE_SECRET_FILE
  value: /etc/wikimovie/secrets/cursor-secret
{{- end }}
{{- if $.Values.secrets.formerCursorSecrets }}
- name: WIKIMOVIE_FORMER_SECRETS_FILE
  value: /etc/wikimovie/secrets/former-cursor-secrets
{{- end }}
{{- end -}}

{{/* Whether the Secret of ours is read by a component. */}}
{{- define "wikimovie.readsSecret" -}}
{{- $ := first . -}}{{- $engine := $.Values.engine -}}
{{- $byEngine := and (eq $engine.mode "existing") (has $engine.auth.type (list "basic" "apiKey")) -}}
{{- if or $byEngine $.Values.secrets.cursorSecret $.Values.secrets.formerCursorSecrets (index $.Values (last .)).secretSettings }}true{{ end -}}
{{- end -}}

{{- define "wikimovie.mounts" -}}
{{- $ := first . -}}{{- $engine := $.Values.engine -}}{{- $component := index $.Values (last .) -}}
{{- if include "wikimovie.readsSecret" . }}
- name: secrets
  mountPath: /etc/wikimovie/secrets
  readOnly: true
{{- end }}
{{- if eq $engine.mode "eck" }}
- name: engine
  mountPath: /etc/wikimovie/engine
  readOnly: true
{{- end }}
{{- if or (eq $engine.mode "eck") $engine.ca.name }}
- name: ca
  mountPath: /etc/wikimovie/ca
  readOnly: true
{{- end }}
{{- with $component.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "wikimovie.volumes" -}}
{{- $ := first . -}}{{- $engine := $.Values.engine -}}{{- $component := index $.Values (last .) -}}
{{- $cluster := include "wikimovie.fullname" $ -}}
{{- if include "wikimovie.readsSecret" . }}
- name: secrets
  secret:
    secretName: {{ include "wikimovie.secretName" $ }}
    defaultMode: 0440
{{- end }}
{{- if eq $engine.mode "eck" }}
- name: engine
  secret:
    secretName: {{ $cluster }}-es-elastic-user
    defaultMode: 0440
- name: ca
  secret:
    secretName: {{ $cluster }}-es-http-certs-public
    defaultMode: 0444
{{- else if $engine.ca.name }}
- name: ca
  {{- if eq $engine.ca.kind "ConfigMap" }}
  configMap:
    name: {{ $engine.ca.name }}
  {{- else }}
  secret:
    secretName: {{ $engine.ca.name }}
    defaultMode: 0440
  {{- end }}
{{- end }}
{{- with $component.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
