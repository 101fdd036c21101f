//! Domains that addresses of new accounts may be of. For owners; everybody sees them.

use super::check_is_owner;
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::{Tx, realm};
use crate::equipment::Equipment;
use crate::limits;
use crate::state::RealmState;
use serde_json::Value;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::{RealmDomainPut, RealmDomainRemove};
use tidings_types::signup::RealmDomain;
use tidings_types::{ApiError, UserId};

/// A domain as it is stored: in lower case.
///
/// # Errors
/// 400 for what is no domain.
pub fn check_domain(domain: &str) -> Result<String, ApiError> {
    let domain = domain.trim().to_lowercase();
    let refused = |why: &str| Err(ApiError::bad_request(format!("Invalid domain: {why}")));
    if domain.is_empty() {
        return refused("Domain can't be empty.");
    }
    if !domain.contains('.') {
        return refused("Domain must have at least one dot (.)");
    }
    if domain.starts_with('.') || domain.ends_with('.') {
        return refused("Domain cannot start or end with a dot (.)");
    }
    for part in domain.split('.') {
        if part.is_empty() {
            return refused("Consecutive '.' are not allowed.");
        }
        if part.starts_with('-') || part.ends_with('-') {
            return refused("Subdomains cannot start or end with a '-'.");
        }
        if !part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return refused("Domain can only have letters, numbers, '.' and '-'s.");
        }
    }
    if domain.len() > limits::EMAIL_BYTES_MAX {
        return refused("Domain is too long.");
    }
    Ok(domain)
}

/// Whether an address is of one of these domains.
#[must_use]
pub fn is_of(domains: &[RealmDomain], email: &str) -> bool {
    let host = email.rsplit_once('@').map_or("", |(_, host)| host).to_lowercase();
    let within = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    domains.iter().any(|known| host == known.domain || known.allow_subdomains && within(&known.domain))
}

/// Services that give addresses for a single use; the best known ones.
const DISPOSABLE: &[&str] = &[
    "10minutemail.com",
    "dispostable.com",
    "fakeinbox.com",
    "getnada.com",
    "guerrillamail.com",
    "guerrillamail.info",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailnesia.com",
    "mintemail.com",
    "mohmal.com",
    "moakt.com",
    "sharklasers.com",
    "spamgourmet.com",
    "temp-mail.org",
    "tempmail.com",
    "tempmailo.com",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// Refuses an address that nobody in this organization can have.
///
/// # Errors
/// 400 that says why.
pub fn check_allowed(state: &RealmState, email: &str) -> Result<(), ApiError> {
    let settings = &state.realm.settings;
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    if settings.emails_restricted_to_domains {
        if name.contains('+') {
            return Err(ApiError::bad_request("Email addresses containing + are not allowed in this organization"));
        }
        if !is_of(&state.organization.domains, email) {
            return Err(ApiError::bad_request(format!("Email '{email}' not allowed in this organization")));
        }
    }
    if settings.disallow_disposable_email_addresses && DISPOSABLE.contains(&host.to_lowercase().as_str()) {
        return Err(ApiError::bad_request("Disposable email addresses are not allowed in this organization"));
    }
    Ok(())
}

/// `add-realm-domain`.
///
/// # Errors
/// 400 for who is no owner, for a domain that is there already, and for one too many.
pub fn add(tx: &mut Tx<'_>, actor: UserId, new: RealmDomain) -> Result<(), ApiError> {
    check_is_owner(&*tx.actor(actor)?)?;
    let mut list = Vec::clone(&tx.state.organization.domains);
    let Err(at) = list.binary_search_by(|known| known.domain.cmp(&new.domain)) else {
        let why = format!("The domain {} is already a part of your organization.", new.domain);
        return Err(ApiError::bad_request(why));
    };
    if list.len() >= limits::DOMAINS_MAX {
        return Err(ApiError::bad_request("There are too many domains."));
    }
    list.insert(at, new.clone());
    tx.change(Change::Domains(Arc::new(list)));
    tx.emit(Event::RealmDomainsAdd(RealmDomainPut { realm_domain: new }), Audience::realm());
    Ok(())
}

/// `change-realm-domain`.
///
/// # Errors
/// 400 for who is no owner, and for an unknown domain.
pub fn change(tx: &mut Tx<'_>, actor: UserId, domain: &str, allow_subdomains: bool) -> Result<(), ApiError> {
    check_is_owner(&*tx.actor(actor)?)?;
    let mut list = Vec::clone(&tx.state.organization.domains);
    let row = list.iter_mut().find(|known| known.domain == domain).ok_or_else(|| unknown(domain))?;
    if row.allow_subdomains != allow_subdomains {
        row.allow_subdomains = allow_subdomains;
        let event = RealmDomainPut { realm_domain: row.clone() };
        tx.change(Change::Domains(Arc::new(list)));
        tx.emit(Event::RealmDomainsChange(event), Audience::realm());
    }
    Ok(())
}

/// `remove-realm-domain`. Without the last domain, addresses are not restricted to any: nobody could come in.
///
/// # Errors
/// 400 for who is no owner, and for an unknown domain.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, domain: &str) -> Result<(), ApiError> {
    check_is_owner(&*tx.actor(actor)?)?;
    let mut list = Vec::clone(&tx.state.organization.domains);
    let at = list.iter().position(|known| known.domain == domain).ok_or_else(|| unknown(domain))?;
    list.remove(at);
    if list.is_empty() {
        let unrestricted = Value::Bool(false);
        // Nothing that the operator set up matters for this.
        realm::update(tx, actor, &[("emails_restricted_to_domains", unrestricted)], &Equipment::default())?;
    }
    tx.change(Change::Domains(Arc::new(list)));
    tx.emit(Event::RealmDomainsRemove(RealmDomainRemove { domain: domain.to_owned() }), Audience::realm());
    Ok(())
}

fn unknown(domain: &str) -> ApiError {
    ApiError::bad_request(format!("No entry found for domain {domain}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_a_domain_or_of_one_within_it() {
        let one = |domain: &str, allow_subdomains| RealmDomain { domain: domain.to_owned(), allow_subdomains };
        let domains = [one("example.com", false), one("example.org", true)];
        for good in ["a@example.com", "a@EXAMPLE.com", "a@example.org", "a@x.example.org", "a@y.x.Example.Org"] {
            assert!(is_of(&domains, good), "{good}");
        }
        for bad in ["a@x.example.com", "a@notexample.com", "a@notexample.org", "a@example.org.evil", "example.com", ""]
        {
            assert!(!is_of(&domains, bad), "{bad}");
        }
    }
}
