mod connections;
mod get_server_settings;
mod requests;
