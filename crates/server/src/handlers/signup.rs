//! How people come into the organization, and what they find there; and its end.

use crate::http::pipeline::Ctx;
use tidings_core::commands::signup::domains::{self, check_domain};
use tidings_core::commands::signup::{self, check_is_owner, default_groups};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::signup::{
    AddRealmDomainRequest, ChangeDefaultStreamGroupRequest, ChangeRealmDomainRequest, CreateDefaultStreamGroupRequest,
    DeactivateRealmRequest, GetRealmDomainsRequest, GetRealmDomainsResponse, GroupOp, MarkOnboardingStepRequest,
    RemoveDefaultStreamGroupRequest, RemoveRealmDomainRequest, TestWelcomeBotCustomMessageRequest, TestWelcomeResponse,
    UpdateDefaultStreamGroupRequest,
};
use tidings_types::signup::RealmDomain;

/// `GET /realm/domains`.
pub async fn get_realm_domains(
    ctx: Ctx,
    _request: GetRealmDomainsRequest,
) -> Result<GetRealmDomainsResponse, ApiError> {
    Ok(GetRealmDomainsResponse { domains: ctx.app.realm.state().organization.domains.to_vec() })
}

/// `POST /realm/domains`.
pub async fn add_realm_domain(ctx: Ctx, request: AddRealmDomainRequest) -> Result<Done, ApiError> {
    check_is_owner(&ctx.user)?;
    let new = RealmDomain { domain: check_domain(&request.domain)?, allow_subdomains: request.allow_subdomains };
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| domains::add(tx, actor, new)).await?;
    Ok(Done {})
}

/// `PATCH /realm/domains/{domain}`.
pub async fn change_realm_domain(ctx: Ctx, request: ChangeRealmDomainRequest) -> Result<Done, ApiError> {
    let (actor, domain) = (ctx.user.id, request.domain.to_lowercase());
    ctx.app.realm.run(move |tx| domains::change(tx, actor, &domain, request.allow_subdomains)).await?;
    Ok(Done {})
}

/// `DELETE /realm/domains/{domain}`.
pub async fn remove_realm_domain(ctx: Ctx, request: RemoveRealmDomainRequest) -> Result<Done, ApiError> {
    let (actor, domain) = (ctx.user.id, request.domain.to_lowercase());
    ctx.app.realm.run(move |tx| domains::remove(tx, actor, &domain)).await?;
    Ok(Done {})
}

/// `POST /default_stream_groups/create`.
pub async fn create_default_stream_group(ctx: Ctx, request: CreateDefaultStreamGroupRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let CreateDefaultStreamGroupRequest { group_name, description, stream_names } = request;
    let create =
        ctx.app.realm.run(move |tx| default_groups::create(tx, actor, &group_name, &description, &stream_names));
    create.await?;
    Ok(Done {})
}

/// `PATCH /default_stream_groups/{group_id}`.
pub async fn update_default_stream_group(ctx: Ctx, request: UpdateDefaultStreamGroupRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let UpdateDefaultStreamGroupRequest { group_id, new_group_name, new_description } = request;
    let update = ctx.app.realm.run(move |tx| {
        default_groups::update(tx, actor, group_id, new_group_name.as_deref(), new_description.as_deref())
    });
    update.await?;
    Ok(Done {})
}

/// `PATCH /default_stream_groups/{group_id}/streams`.
pub async fn change_default_stream_group(ctx: Ctx, request: ChangeDefaultStreamGroupRequest) -> Result<Done, ApiError> {
    let (actor, id, add) = (ctx.user.id, request.group_id, request.op == GroupOp::Add);
    let names = request.stream_names;
    ctx.app.realm.run(move |tx| default_groups::change_channels(tx, actor, id, add, &names)).await?;
    Ok(Done {})
}

/// `DELETE /default_stream_groups/{group_id}`.
pub async fn remove_default_stream_group(ctx: Ctx, request: RemoveDefaultStreamGroupRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| default_groups::remove(tx, actor, request.group_id)).await?;
    Ok(Done {})
}

/// `POST /users/me/onboarding_steps`.
pub async fn mark_onboarding_step(ctx: Ctx, request: MarkOnboardingStepRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| signup::mark_onboarding_step(tx, actor, &request.onboarding_step)).await?;
    Ok(Done {})
}

/// `POST /realm/test_welcome_bot_custom_message`.
pub async fn test_welcome_bot_custom_message(
    ctx: Ctx,
    request: TestWelcomeBotCustomMessageRequest,
) -> Result<TestWelcomeResponse, ApiError> {
    let (actor, text) = (ctx.user.id, request.welcome_message_custom_text);
    let message_id = ctx.app.realm.run_rehearsed(move |tx| signup::test_welcome(tx, actor, &text)).await?;
    Ok(TestWelcomeResponse { message_id })
}

/// `POST /realm/deactivate`.
pub async fn deactivate_realm(ctx: Ctx, _request: DeactivateRealmRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| signup::deactivate_realm(tx, actor)).await?;
    Ok(Done {})
}
