{{/* What the pods of both binaries share. Each takes (list $ "gateway") or (list $ "worker"). */}}

{{- define "wikimovie.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "wikimovie.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where pods go, and by what name they run. */}}
{{- define "wikimovie.placement" -}}
{{- $of := . -}}{{- $ := first . -}}{{- $component := index $.Values (last .) -}}
{{- with $.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
serviceAccountName: {{ include "wikimovie.account" . }}
automountServiceAccountToken: false
# A Service named wikimovie would add variables with the prefix of our settings to the pods.
enableServiceLinks: false
securityContext:
  {{- include "wikimovie.podSecurity" . | nindent 2 }}
{{- with $component.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $component.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $component.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $component.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- with $component.topologySpreadConstraints }}
  {{- toYaml . | nindent 2 }}
{{- else }}
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "wikimovie.selector" $of | nindent 8 }}
    {{- if ne $.Values.engine.mode "embedded" }}
    # Pods of the version that is being replaced do not count.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* A probe with what values say otherwise: (list $ "gateway" "liveness" (dict …)). */}}
{{- define "wikimovie.probe" -}}
{{- $own := index (index (first .).Values (index . 1)).probes (index . 2) -}}
{{- toYaml (mergeOverwrite (index . 3) (deepCopy $own)) -}}
{{- end -}}

{{/* What operators put beside ours. */}}
{{- define "wikimovie.sidecars" -}}
{{- with (index (first .).Values (last .)).extraContainers }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "wikimovie.initContainers" -}}
{{- with (index (first .).Values (last .)).initContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "wikimovie.envFrom" -}}
{{- with (index (first .).Values (last .)).envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index (first .).Values (last .)).lifecycle }}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Annotations of the workload: Stakater's Reloader restarts its pods when a Secret or ConfigMap that they mount changes. */}}
{{- define "wikimovie.workloadAnnotations" -}}
{{- if .Values.secrets.reloader }}
annotations:
  reloader.stakater.com/auto: "true"
{{- end }}
{{- end -}}

{{/* Settings given by name, and those that name a file of the Secret. */}}
{{- define "wikimovie.furtherEnv" -}}
{{- $ := first . -}}{{- $component := index $.Values (last .) -}}
{{- range $name, $value := $component.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $key := $component.secretSettings }}
- name: {{ $name }}
  value: /etc/wikimovie/secrets/{{ $key }}
{{- end }}
{{- with $component.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
