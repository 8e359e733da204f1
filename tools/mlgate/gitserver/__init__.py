"""The git server in the cluster (Gitea, Forgejo or Gogs): its account, repository, branch and webhook."""
