//! How every request of a party begins: a form, and a party that proves itself.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::HeaderMap,
};
use idp_core::{
    relying::Party,
    store::{Actor, Cx},
};

use super::{
    client_auth,
    error::{Code, OauthError},
};
use crate::web::{Context, Form, Params, house::House};

/// A request to the token, introspection or revocation endpoint, before anything of it is believed.
pub(super) struct Asked {
    pub(super) house: Arc<House>,
    pub(super) headers: HeaderMap,
    context: Context,
    /// `None`: the body is not a readable form.
    form: Option<Params>,
}

impl FromRequest<Arc<House>> for Asked {
    type Rejection = Infallible;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        let context = Context::from_request_parts(&mut parts, house).await?;
        let headers = parts.headers.clone();
        let form = Form::from_request(Request::from_parts(parts, body), house).await;
        Ok(Self { house: Arc::clone(house), headers, context, form: form.ok().map(|Form(form)| form) })
    }
}

impl Asked {
    /// The form.
    pub(super) fn form(&self) -> Result<&Params, OauthError> {
        self.form.as_ref().ok_or_else(|| OauthError::new(Code::InvalidRequest, "the body is not a readable form"))
    }

    /// The party, which has proved itself, and the context in which it acts.
    pub(super) async fn party(&self) -> Result<(Arc<Party>, Cx), OauthError> {
        let cx = self.house.cx(&self.context);
        let party = client_auth::authenticate(&self.house, &cx, &self.headers, self.form()?).await?;
        let cx = cx.acting(Actor::Party(party.id));
        Ok((party, cx))
    }

    /// The `token` that introspection and revocation are about.
    pub(super) fn token(&self) -> Result<&str, OauthError> {
        self.form()?.get("token").ok_or_else(|| OauthError::new(Code::InvalidRequest, "token is missing"))
    }
}
