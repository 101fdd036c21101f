use tidings_testkit::TestServer;

#[tokio::test]
async fn channels_have_no_addresses_and_hidden_ones_stay_hidden() {
    let server = TestServer::start().await;
    let path = |name: &str| format!("/streams/{}/email_address", server.channel_id(name));
    let refusal = "Channels have no email addresses: this server receives no email.";
    server.client("hamlet").get(&path("secret"), &[]).await.refused(400, refusal);
    server.client("othello").get(&path("Denmark"), &[("sender_id", "6")]).await.refused(400, refusal);
    server.client("othello").get(&path("secret"), &[]).await.refused(400, "Invalid channel ID");
}
