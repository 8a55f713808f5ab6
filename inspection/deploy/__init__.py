"""Deploy 启动部署: what is inspected, when and how – plan, list of matters, the states that a campaign passes."""
