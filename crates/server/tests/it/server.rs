mod calls;
mod connections;
mod get_server_settings;
mod openapi;
mod pages;
mod requests;
mod spectators;
