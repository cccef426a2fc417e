//! Calls about tokens.

use hotswap_api::{NewToken, Token, TokenChange, TokenRequest, path};
use reqwest::Method;

use crate::client::Client;
use crate::error::ClientError;
use crate::transport::Call;

impl Client {
    /// The tokens that are good.
    ///
    /// # Errors
    /// `forbidden`, and as every call.
    pub async fn list_tokens(&self) -> Result<Vec<Token>, ClientError> {
        self.list(Call::new(Method::GET, path::TOKENS.to_owned())).await
    }

    /// One token by id. For a while also one that has ended: see its status.
    ///
    /// # Errors
    /// `token_not_found`, `forbidden`, and as every call.
    pub async fn get_token(&self, token: &str) -> Result<Token, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::TOKEN, &[token]))).await
    }

    /// Makes a token. Its value is in this answer alone, and only if the server made it.
    ///
    /// # Errors
    /// `tenant_not_found`, `token_taken`, `invalid`, `forbidden`, and as every call.
    pub async fn create_token(&self, request: &TokenRequest) -> Result<NewToken, ClientError> {
        self.send(Call::new(Method::POST, path::TOKENS.to_owned()).json(request)).await
    }

    /// Changes what may change of a token.
    ///
    /// # Errors
    /// `token_not_found`, `token_taken`, `invalid`, `forbidden`, and as every call.
    pub async fn change_token(&self, token: &str, change: &TokenChange) -> Result<Token, ClientError> {
        self.send(Call::new(Method::PATCH, path::fill(path::TOKEN, &[token])).json(change)).await
    }

    /// Lets a token live on: its `ttl` from now, as far as that goes.
    ///
    /// # Errors
    /// `token_not_found` also if it has ended, `forbidden`, and as every call.
    pub async fn renew_token(&self, token: &str) -> Result<Token, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::TOKEN_RENEW, &[token]))).await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// `token_not_found`, `forbidden`, and as every call.
    pub async fn revoke_token(&self, token: &str) -> Result<(), ClientError> {
        self.send_for_nothing(Call::new(Method::DELETE, path::fill(path::TOKEN, &[token]))).await
    }
}
