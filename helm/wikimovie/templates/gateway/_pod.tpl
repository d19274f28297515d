{{/* The pod of the gateway: on a search cluster by a Deployment, with the embedded engine by a StatefulSet. */}}
{{- define "wikimovie.gatewayPod" -}}
{{- $of := list $ "gateway" }}
{{- $embedded := eq .Values.engine.mode "embedded" }}
metadata:
  labels:
    {{- include "wikimovie.labels" $of | nindent 4 }}
    {{- with .Values.gateway.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/rules: {{ toJson .Values.rules | sha256sum }}
    {{- with .Values.secrets.revision }}
    checksum/secrets: {{ sha256sum . }}
    {{- end }}
    {{- with .Values.gateway.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "wikimovie.placement" $of | nindent 2 }}
  # Until load balancers have looked elsewhere, the deadline of open requests, and some to spare.
  terminationGracePeriodSeconds: {{ add (include "wikimovie.drainSeconds" .) (ceil (divf (default "10000" .Values.gateway.settings.WIKIMOVIE_DRAIN_DEADLINE) 1000)) 10 }}
  {{- include "wikimovie.initContainers" $of | nindent 2 }}
  containers:
    - name: {{ ternary "embedded" "gateway" $embedded }}
      image: {{ include "wikimovie.image" (list $ (ternary "embedded" "gateway" $embedded)) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      securityContext:
        {{- include "wikimovie.containerSecurity" . | nindent 8 }}
      env:
        - name: ENV
          value: {{ .Values.environment }}
        - name: WIKIMOVIE_LISTEN
          value: {{ printf "%s:8080" .Values.listenAddress | quote }}
        - name: WIKIMOVIE_ADMIN_LISTEN
          value: {{ printf "%s:9464" .Values.listenAddress | quote }}
        - name: WIKIMOVIE_DRAIN_DELAY
          value: {{ mul (include "wikimovie.drainSeconds" .) 1000 | quote }}
        - name: WIKIMOVIE_LOG
          value: {{ .Values.gateway.log | quote }}
        {{- if $embedded }}
        - name: WIKIMOVIE_DATA_DIR
          value: /data
        {{- if or .Values.embedded.movies .Values.embedded.sample }}
        - name: WIKIMOVIE_WATCH
          value: /movies
        {{- end }}
        {{- include "wikimovie.needsSecret" $of }}
        {{- else }}
        {{- include "wikimovie.engineEnv" $of | nindent 8 }}
        {{- end }}
        {{- if .Values.rules.synonyms }}
        - name: WIKIMOVIE_SYNONYMS
          value: /etc/wikimovie/rules/synonyms
        {{- end }}
        {{- if .Values.rules.pins }}
        - name: WIKIMOVIE_PINS
          value: /etc/wikimovie/rules/pins
        {{- end }}
        {{- include "wikimovie.clientsEnv" $ | nindent 8 }}
        {{- include "wikimovie.furtherEnv" $of | nindent 8 }}
      {{- include "wikimovie.envFrom" $of | nindent 6 }}
      ports:
        - name: http
          containerPort: 8080
        - name: metrics
          containerPort: 9464
      # Until the process listens. An unreachable cluster affects readiness and is no reason for a restart.
      startupProbe:
        {{- include "wikimovie.probe" (list $ "gateway" "startup" (dict "httpGet" (dict "path" "/livez" "port" "metrics") "periodSeconds" 1 "failureThreshold" (ternary 600 60 $embedded))) | nindent 8 }}
      livenessProbe:
        {{- include "wikimovie.probe" (list $ "gateway" "liveness" (dict "httpGet" (dict "path" "/livez" "port" "metrics") "periodSeconds" 10 "timeoutSeconds" 2 "failureThreshold" 3)) | nindent 8 }}
      readinessProbe:
        {{- include "wikimovie.probe" (list $ "gateway" "readiness" (dict "httpGet" (dict "path" "/readyz" "port" "metrics") "periodSeconds" 5 "timeoutSeconds" 2 "failureThreshold" 2)) | nindent 8 }}
      resources:
        {{- toYaml (ternary .Values.embedded.resources .Values.gateway.resources $embedded) | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $embedded }}
        - name: data
          mountPath: /data
        {{- if or .Values.embedded.movies .Values.embedded.sample }}
        - name: movies
          # The first folder of a file's path is its provider.
          mountPath: {{ ternary "/movies" "/movies/sample" (not (empty .Values.embedded.movies)) }}
          readOnly: true
        {{- end }}
        {{- end }}
        {{- if or .Values.rules.synonyms .Values.rules.pins }}
        - name: rules
          mountPath: /etc/wikimovie/rules
          readOnly: true
        {{- end }}
        {{- include "wikimovie.mounts" $of | nindent 8 }}
    {{- include "wikimovie.sidecars" $of | nindent 4 }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if and $embedded .Values.embedded.movies }}
    - name: movies
      {{- toYaml .Values.embedded.movies | nindent 6 }}
    {{- else if and $embedded .Values.embedded.sample }}
    - name: movies
      configMap:
        name: {{ include "wikimovie.name" (list $ "sample") }}
    {{- end }}
    {{- if or .Values.rules.synonyms .Values.rules.pins }}
    - name: rules
      configMap:
        name: {{ include "wikimovie.name" (list $ "rules") }}
    {{- end }}
    {{- include "wikimovie.volumes" $of | nindent 4 }}
{{- end -}}
