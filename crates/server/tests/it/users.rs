mod create_user;
mod deactivate_user;
mod get_users;
mod initial_state;
mod reactivate_user;
mod restricted_guests;
mod update_role;
mod update_user;
