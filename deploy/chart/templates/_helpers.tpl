{{- define "loadagent.fullname" -}}
{{- $name := contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) -}}
{{ $name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "loadagent.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "loadagent.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "loadagent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* A Job can't be changed: each revision of the release is another one, and its name is the ID of the run. */}}
{{- define "loadagent.job" -}}
{{ include "loadagent.fullname" . }}-{{ .Release.Revision }}
{{- end }}

{{- define "loadagent.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "loadagent.configMap" -}}
{{ .Values.profile.existingConfigMap | default (printf "%s-profile" (include "loadagent.fullname" .)) }}
{{- end }}

{{- define "loadagent.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-state" (include "loadagent.fullname" .)) }}
{{- end }}

{{/* A profile of the ConfigMap by its path, another by its name. */}}
{{- define "loadagent.profile" -}}
{{- if or .Values.profile.existingConfigMap (hasKey (.Values.profile.files | default dict) .Values.profile.name) -}}
/profiles/{{ .Values.profile.name }}
{{- else -}}
{{ .Values.profile.name }}
{{- end -}}
{{- end }}

{{/* Every exit code that is an answer fails the Job at once: a verdict is not asked for twice. An eviction does not count.
     What is left is retried and goes on with the run: 1 and 137 (crash, out of memory), 105 (stopped), 110 (metrics that are
     still to be delivered). */}}
{{- define "loadagent.podFailurePolicy" -}}
rules:
  - action: Ignore
    onPodConditions: [{type: DisruptionTarget, status: "True"}]
  - action: {{ .verdict }}
    onExitCodes: {operator: In, values: [2, 99, 104, 108, 109]}
{{- end }}

{{- define "loadagent.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* The container of a run. `dir` is its directory below /state, `extra` are further words, `probes` whether it may have them. */}}
{{- define "loadagent.run" -}}
{{- $values := .root.Values -}}
name: loadagent
image: {{ include "loadagent.image" .root | quote }}
imagePullPolicy: {{ $values.image.pullPolicy }}
args:
  - run
  - {{ include "loadagent.profile" .root | quote }}
  - --no-progress
  - --no-color
  - --run-dir=/state/{{ .dir }}
  - --disk-limit={{ $values.diskLimit }}
  - --grace={{ max 1 (sub $values.terminationGracePeriodSeconds 10) }}s
  {{- if .probes }}
  - --health=0.0.0.0:{{ $values.probes.port }}
  {{- end }}
  {{- if $values.control.enabled }}
  - --control=127.0.0.1:{{ $values.control.port }}
  {{- end }}
  {{- range $values.outputs }}
  - {{ printf "--out=%s" . | quote }}
  {{- end }}
  {{- if $values.scrape.enabled }}
  - --out=scrape=0.0.0.0:{{ $values.scrape.port }}
  {{- end }}
  {{- range .extra }}
  - {{ . | quote }}
  {{- end }}
  {{- range $values.args }}
  - {{ . | quote }}
  {{- end }}
env:
  {{- include "loadagent.identity" . | nindent 2 }}
  - {name: LOADAGENT_TERMINATION_MESSAGE, value: /dev/termination-log}
  {{- range $name, $value := $values.env }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
  {{- range $name, $from := $values.envFromSecrets }}
  - {name: {{ $name }}, valueFrom: {secretKeyRef: {name: {{ $from.secret | quote }}, key: {{ $from.key | quote }}}}}
  {{- end }}
{{- if or .probes $values.scrape.enabled }}
ports:
  {{- if .probes }}
  - {name: health, containerPort: {{ $values.probes.port }}}
  {{- end }}
  {{- if $values.scrape.enabled }}
  - {name: metrics, containerPort: {{ $values.scrape.port }}}
  {{- end }}
{{- end }}
{{- if .probes }}
startupProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
resources: {{- toYaml $values.resources | nindent 2 }}
securityContext: {{- include "loadagent.containerSecurity" . | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts: {{- include "loadagent.mounts" .root | nindent 2 }}
{{- end }}

{{/* The run has the ID of its Job, not of its pod. */}}
{{- define "loadagent.identity" -}}
- name: LOADAGENT_RUN_ID
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['batch.kubernetes.io/job-name']"}}
{{- if .indexed }}
- name: JOB_COMPLETION_INDEX
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']"}}
- {name: JOB_COMPLETIONS, value: {{ .root.Values.segments.count | quote }}}
{{- end }}
{{- end }}

{{- define "loadagent.mounts" -}}
- {name: state, mountPath: /state}
- {name: work, mountPath: /work}
{{- if or .Values.profile.files .Values.profile.existingConfigMap }}
- {name: profiles, mountPath: /profiles, readOnly: true}
{{- end }}
{{- if .Values.secretFiles }}
- {name: secrets, mountPath: /secrets, readOnly: true}
{{- end }}
{{- end }}

{{- define "loadagent.volumes" -}}
- name: state
  {{- if .Values.persistence.enabled }}
  persistentVolumeClaim: {claimName: {{ include "loadagent.claim" . | quote }}}
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: work
  emptyDir: {sizeLimit: 64Mi}
{{- if or .Values.profile.files .Values.profile.existingConfigMap }}
- name: profiles
  configMap: {name: {{ include "loadagent.configMap" . | quote }}}
{{- end }}
{{- if .Values.secretFiles }}
- name: secrets
  secret: {secretName: {{ .Values.secretFiles | quote }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{/* What all pods share, without their containers. */}}
{{- define "loadagent.pod" -}}
restartPolicy: Never
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . | quote }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
  {{- with .Values.sysctls }}
  sysctls: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.topologySpread.enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: {{ .Values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- include "loadagent.selector" . | nindent 8 }}
{{- end }}
volumes: {{- include "loadagent.volumes" . | nindent 2 }}
{{- end }}

{{- define "loadagent.podMetadata" -}}
labels:
  {{- include "loadagent.labels" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.podAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "loadagent.jobLimits" -}}
{{- if .Values.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ .Values.activeDeadlineSeconds }}
{{- end }}
{{- if .Values.ttlSecondsAfterFinished }}
ttlSecondsAfterFinished: {{ .Values.ttlSecondsAfterFinished }}
{{- end }}
podReplacementPolicy: Failed
{{- end }}
