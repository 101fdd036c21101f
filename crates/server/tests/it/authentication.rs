mod dev_fetch_api_key;
mod fetch_api_key;
mod regenerate_api_key;
