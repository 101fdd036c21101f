mod get_server_settings;
