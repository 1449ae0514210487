mod browsers;
mod limits;
mod log_in;
mod roles;
mod throttling;
