{{/* Bucket and queue, as worker and operator know them. */}}
{{- define "wikimovie.bucketEnv" -}}
- name: WIKIMOVIE_LOG_FORMAT
  value: {{ ternary "json" "text" (eq .Values.environment "production") }}
- name: BUCKET
  value: {{ .Values.worker.bucket | quote }}
- name: WORKER_QUEUE
  value: {{ .Values.worker.queue | quote }}
{{- if .Values.worker.genres }}
- name: WIKIMOVIE_GENRES
  value: /etc/wikimovie/genres/genres
{{- end }}
{{- with .Values.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.aws.endpoint }}
- name: AWS_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end -}}
