mod bot_storage;
mod create_bot;
mod deactivate_bot;
mod update_bot;
