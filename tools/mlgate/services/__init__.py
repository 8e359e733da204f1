"""The servers of the cicd namespace: git (Gitea, Forgejo, Gogs), the package proxy, SonarQube; and what prunes runs."""
